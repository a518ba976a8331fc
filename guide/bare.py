"""The code of a block without what only the guide writes in it."""

import io
import tokenize


def without_comments(code: str) -> str:
    """Return a block's code without its comments, line by line the same."""
    lines = code.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip() + "\n"
    return "".join(lines)
