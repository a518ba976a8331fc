"""What of a block runs and cannot be seen by whoever reads the page: it is refused."""

import io
import tokenize
import unicodedata
from collections.abc import Iterator

FAR = 100
"""The column up to which code is seen without scrolling, on a wide screen."""
GAP = 20
"""Spaces within a line after which nobody expects more code."""
UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs")
"""Categories of characters that show nothing, or show others in another order."""


def unseen(code: str) -> tuple[int, str] | None:
    """Return the line of the first thing that a reader cannot see, and what it is.

    None if all can be seen. The code is known to be Python.
    """
    return next(_characters(code), None) or next(_tokens(code), None)


def _characters(code: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(code.split("\n"), 1):
        if line.isascii() and line.isprintable():
            continue
        for one in line:
            if one not in " \t" and unicodedata.category(one) in UNSEEN:
                name = unicodedata.name(one, "a control character")
                yield number, f"U+{ord(one):04X}, {name}"


def _tokens(code: str) -> Iterator[tuple[int, str]]:
    row, end = 0, 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        (line, column), text = token.start, token.string
        if not text.strip() or token.type == tokenize.COMMENT:
            continue
        if column >= FAR or (line == row and column - end > GAP):
            yield line, f"`{text}`, which stands far to the right, in column {column}"
        if token.type == tokenize.NAME and not text.isascii():
            yield line, f"`{text}`, whose letters look like others"
        row, end = token.end
