"""The fences of a page: none that a reader takes for Python is overlooked."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_examples import CodeExample

from proof.errors import MarkdownError

OPENING = re.compile(r"^[\s>*+-]*(?:\d+[.)]\s*)?(`{3,}|~{3,})(?P<info>.*)")
NAMES_NO_LANGUAGE = re.compile(r"""(?:[\w-]+=)?("|').*?\1|#[\w-]+|[\w-]+=\S*""")
"""What a header may hold beside the language: values, an id, options."""
HEADER_FORM = (
    '```python {#an-id title="✅ What it shows" data-place="command" '
    'data-twin="id-of-the-✅"}'
)


def no_fence_overlooked(docs: Path, blocks: Iterable[CodeExample]) -> None:
    """Hold the blocks that pytest-examples finds against a plain count of fences.

    Raises:
        MarkdownError: a fence is not found as a block, or text is.
    """
    found = {(block.path, block.start_line) for block in blocks}
    for page in sorted(docs.glob("**/*.md")):
        lines = set(python_fences(page.read_text("utf-8")))
        run = {line for path, line in found if path == page}
        for line in sorted(lines ^ run):
            problem = (
                "this looks like a Python block and would not be run"
                if line in lines
                else "this would be run and is text inside another block"
            )
            raise MarkdownError(
                page.relative_to(docs.parent), line, problem,
                f"Write its first line as {HEADER_FORM}",
            )  # fmt: skip


def python_fences(text: str) -> Iterator[int]:
    """Yield the line of every fence that a reader would take for Python.

    A fence inside another fence is text: only an opening fence counts.
    """
    closing: re.Pattern[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if closing is not None:
            if closing.match(line):
                closing = None
            continue
        opened = OPENING.match(line)
        if opened is None:
            continue
        mark = opened[1]
        closing = re.compile(rf"^[\s>]*{re.escape(mark[0])}{{{len(mark)},}}\s*$")
        if _names_python(opened["info"]):
            yield number


def _names_python(info: str) -> bool:
    language = NAMES_NO_LANGUAGE.sub(" ", info)
    return re.search(r"(?:^|[\s{.-])py", language, re.IGNORECASE) is not None
