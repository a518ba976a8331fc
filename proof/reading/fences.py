"""What a reader takes for Python on a page: none of it is overlooked.

It is a block that is run, or it says that it is none: `{.text .not-python}`.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from pytest_examples import CodeExample

from proof.errors import MarkdownError

_BEFORE = r"^[\s>*+-]*(?:\d+[.)]\s*|:\s+|\[\^[^\]]+\]:\s*)?"
"""What may stand before a fence: quotes, lists, definitions, footnotes."""
OPENING = re.compile(rf"{_BEFORE}(`{{3,}}|~{{3,}})(?P<info>.*)")
CONTAINER = re.compile(
    r" *(?:[*+-] |\d+[.)] |!!! |\?\?\?\+? |=== |:\s+|\[\^[^\]]+\]:|> )"
)
"""Begins what has its own paragraphs, which are indented by four."""
COMMENT_OPENS = re.compile("<!--(?!.*-->)")
QUOTED = re.compile("^ *> ?", re.MULTILINE)
CODE_SPAN = re.compile("`[^`]*`")
NAMES_NO_LANGUAGE = re.compile(r"""(?:[\w-]+=)?("|').*?\1|#[\w-]+|[\w-]+=\S*""")
"""What a header may hold beside the language: values, an id, options."""
HEADER_FORM = (
    '```python {#an-id title="✅ What it shows" data-place="command" '
    'data-twin="id-of-the-✅"}'
)
NOT_PYTHON = "not-python"
"""The class of a fence that looks like Python, and that says it is none."""
TELLING = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AugAssign,
    ast.With,
    ast.AsyncWith,
    ast.For,
    ast.AsyncFor,
    ast.If,
    ast.While,
    ast.Try,
    ast.Return,
    ast.Raise,
    ast.Call,
    ast.Await,
)
"""What a text has that is Python by its form; a word or a number is Python as well."""
LINE_OF_PYTHON = re.compile(
    r"^\s*(?:>>> |In \[\d+\]: |(?:async )?def \w+\(.*\).*:|class \w+.*:$|@\w+[\w.]*\s*$"
    r"|from [\w.]+ import |import \w+(?:\.\w+)*$|await [\w.]+\()",
    re.MULTILINE,
)
"""A line that only Python has, in what is no whole Python, such as a session."""
RUN_AS_TEXT = "this would be run and is text inside another block or a comment"
NOT_RUN = "this looks like a Python block and would not be run"


def no_fence_overlooked(docs: Path, blocks: Iterable[CodeExample]) -> None:
    """Hold the blocks that pytest-examples finds against a count of our own.

    Raises:
        MarkdownError: what looks like Python is not found as a block, or text is.
    """
    found = {(block.path, block.start_line) for block in blocks}
    for page in sorted(docs.glob("**/*.md")):
        lines = set(python_on(page.read_text("utf-8")))
        run = {line for path, line in found if path == page}
        for line in sorted(lines ^ run):
            raise MarkdownError(
                page.relative_to(docs.parent),
                line,
                NOT_RUN if line in lines else RUN_AS_TEXT,
                f"Write its first line as {HEADER_FORM}; what is no Python, as "
                f"```{{.text .{NOT_PYTHON}}}",
            )


@dataclass(frozen=True)
class Part:
    """A piece of a page: a fence with its header, or what else is shown as code."""

    line: int
    header: str | None
    text: str

    @property
    def is_python(self) -> bool:
        """Whether a reader takes it for Python."""
        if self.header is None:
            return looks_like_python(self.text)
        if NOT_PYTHON in self.header:
            return False
        return _names_python(self.header) or looks_like_python(self.text)


def python_on(text: str) -> Iterator[int]:
    """Yield the line of everything that a reader of a page would take for Python."""
    yield from (part.line for part in _parts(text.splitlines()) if part.is_python)


def looks_like_python(text: str) -> bool:
    """Whether a text is Python that does something, or has lines that only it has."""
    try:
        tree = ast.parse(dedent(QUOTED.sub("", text)))
    except (SyntaxError, ValueError):
        return LINE_OF_PYTHON.search(text) is not None
    return any(isinstance(node, TELLING) for node in ast.walk(tree))


def _parts(lines: list[str]) -> Iterator[Part]:
    """Yield fences, `<pre>` and indented code; what stands in a comment is none."""
    number, containers = 0, 0
    while number < len(lines):
        line = lines[number]
        end = number + 1
        if (opened := OPENING.match(line)) is not None:
            end = _end_of_fence(lines, number, opened[1])
            text = "\n".join(lines[number + 1 : end - 1])
            yield Part(number + 1, opened["info"], text)
        elif COMMENT_OPENS.search(CODE_SPAN.sub("", line)):
            end = _end_at(lines, number + 1, "-->")
        elif line.lstrip().startswith("<pre"):
            end = _end_at(lines, number, "</pre>")
            text = re.sub("<[^>]*>", "", "\n".join(lines[number:end]))
            yield Part(number + 1, None, text)
        elif line.strip():
            containers = _containers(line, containers)
            if _is_indented_code(lines, number, containers):
                end = _end_of_indented(lines, number, 4 * (containers + 1))
                yield Part(number + 1, None, "\n".join(lines[number:end]))
        number = end


def _end_of_fence(lines: list[str], start: int, mark: str) -> int:
    closing = re.compile(rf"^[\s>]*{re.escape(mark[0])}{{{len(mark)},}}\s*$")
    after = range(start + 1, len(lines))
    return next((n + 1 for n in after if closing.match(lines[n])), len(lines))


def _end_at(lines: list[str], start: int, mark: str) -> int:
    return next(
        (n + 1 for n in range(start, len(lines)) if mark in lines[n]), len(lines)
    )


def _end_of_indented(lines: list[str], start: int, indent: int) -> int:
    after = range(start + 1, len(lines))
    shallow = (n for n in after if lines[n].strip() and _indent(lines[n]) < indent)
    return next(shallow, len(lines))


def _containers(line: str, open_: int) -> int:
    """Return how many lists, notes and the like a line stands in, or begins."""
    depth = min(open_, _indent(line) // 4)
    return depth + 1 if CONTAINER.match(line) else depth


def _is_indented_code(lines: list[str], number: int, containers: int) -> bool:
    after_blank = number == 0 or not lines[number - 1].strip()
    return after_blank and _indent(lines[number]) >= 4 * (containers + 1)


def _indent(line: str) -> int:
    line = line.expandtabs(4)
    return len(line) - len(line.lstrip())


def _names_python(info: str) -> bool:
    language = NAMES_NO_LANGUAGE.sub(" ", info)
    return re.search(r"(?:^|[\s{.-])i?py", language, re.IGNORECASE) is not None
