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
COMMENT_OPENS = re.compile(r"(?<!\\)<!--(?!.*-->)")
HTML_OPENS = re.compile(
    r"<(?P<of>pre|code|samp|kbd|tt|xmp|listing|plaintext|textarea)\b", re.IGNORECASE
)
"""Begins what HTML shows as code, or as it stands there."""
HTML_BREAKS = re.compile(r"<br\s*/?>", re.IGNORECASE)
QUOTED = re.compile("^ *> ?", re.MULTILINE)
CODE_SPAN = re.compile("`[^`]*`")
NAMES_NO_LANGUAGE = re.compile(r"""(?:[\w-]+=)?("|').*?\1|#[\w-]+|[\w-]+=\S*""")
"""What a header may hold beside the language: values, an id, options."""
HEADER_FORM = (
    '```python {#an-id title="✅ What it shows" data-place="command" '
    'data-twin="id-of-the-✅"}'
)
PAGES = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
"""What MkDocs makes a page of: https://www.mkdocs.org/user-guide/writing-your-docs/"""
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
    for page in sorted(docs.glob("**/*.*")):
        if page.suffix == PAGES[0] or page.suffix.lower() not in PAGES:
            continue
        raise MarkdownError(
            page.relative_to(docs.parent),
            1,
            "this would be a page of the site, and nothing in it would be run",
            f"Give it the ending {PAGES[0]}.",
        )
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
        if f".{NOT_PYTHON}" in NAMES_NO_LANGUAGE.sub(" ", self.header):
            return False
        return _names_python(self.header) or looks_like_python(self.text)


def python_on(text: str) -> Iterator[int]:
    """Yield the line of everything that a reader of a page would take for Python."""
    lines = text.splitlines()
    # What is indented within a quote is code there, and nothing outside of it.
    quoted = [QUOTED.sub("", one) if QUOTED.match(one) else "" for one in lines]
    parts = (*_parts(lines), *_parts(quoted))
    yield from sorted({part.line for part in parts if part.is_python})


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
        end, within = number + 1, _containers(line, containers)
        if (opened := OPENING.match(line)) is not None:
            end = _end_of_fence(lines, number, opened[1])
            text = "\n".join(lines[number + 1 : end - 1])
            yield Part(number + 1, opened["info"], text)
        elif _is_indented_code(lines, number, within):
            end = _end_of_indented(lines, number, 4 * (within + 1))
            yield Part(number + 1, None, "\n".join(lines[number:end]))
        elif COMMENT_OPENS.search(CODE_SPAN.sub("", line)):
            end = _end_at(lines, number + 1, "-->")
        elif (html := HTML_OPENS.search(CODE_SPAN.sub("", line))) is not None:
            end = _end_at(lines, number, f"</{html['of'].lower()}>")
            yield Part(number + 1, None, _shown("\n".join(lines[number:end])))
        containers = within if line.strip() else containers
        number = end


def _shown(html: str) -> str:
    """Return what HTML shows; a word in a line of text is no code that is shown."""
    text = HTML_BREAKS.sub("\n", html)
    inline = "\n" not in text and "<pre" not in text.lower()
    return "" if inline else re.sub("<[^>]*>", "", text)


def _end_of_fence(lines: list[str], start: int, mark: str) -> int:
    closing = re.compile(rf"^[\s>]*{re.escape(mark[0])}{{{len(mark)},}}\s*$")
    after = range(start + 1, len(lines))
    return next((n + 1 for n in after if closing.match(lines[n])), len(lines))


def _end_at(lines: list[str], start: int, mark: str) -> int:
    after = range(start, len(lines))
    return next((n + 1 for n in after if mark in lines[n].lower()), len(lines))


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
    return (
        bool(lines[number].strip())
        and after_blank
        and _indent(lines[number]) >= 4 * (containers + 1)
    )


def _indent(line: str) -> int:
    line = line.expandtabs(4)
    return len(line) - len(line.lstrip())


def _names_python(info: str) -> bool:
    language = NAMES_NO_LANGUAGE.sub(" ", info)
    return re.search(r"(?:^|[\s{.-])i?py", language, re.IGNORECASE) is not None
