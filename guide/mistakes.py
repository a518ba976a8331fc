"""The rows of guide/data/mistakes.md: symptom, cause, fix, and what led there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from proof.errors import MarkdownError
from proof.project import ROOT

MISTAKES = ROOT / "guide" / "data" / "mistakes.md"
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
HEAD = ("Symptom", "Cause", "Fix", "Don't")
SOE = "SOE"
"""The rows' short form of the message that everybody meets."""


@dataclass(frozen=True)
class Row:
    """One row: its place's heading, its line in the file, and its four cells."""

    section: str
    line: int
    see: str
    what: str
    do: str
    never: str

    @cached_property
    def good(self) -> tuple[str, ...]:
        """The ids behind *Do*."""
        return linked(self.do)

    @cached_property
    def bad(self) -> tuple[str, ...]:
        """The ids behind *Never*."""
        return linked(self.never)

    @property
    def place(self) -> str:
        """Its place as in a sentence: in tasks, with threads."""
        return self.section[:1].lower() + self.section[1:]

    @property
    def anchor(self) -> str:
        """The row's own id, on each page that shows it."""
        return f"never-{self.bad[0]}"


def linked(text: str) -> tuple[str, ...]:
    """Return the anchors that a Markdown text links to."""
    found = (target.partition("#")[2] for target in LINK.findall(text))
    return tuple(filter(None, found))


def read_mistakes(path: Path = MISTAKES) -> tuple[Row, ...]:
    """Return the rows of every table of the file.

    Raises:
        MarkdownError: a row has not four cells, or links to no example in the last.
    """
    return tuple(_rows(path))


def _rows(path: Path) -> Iterator[Row]:
    section = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("| "):
            cells = tuple(line.strip("| ").split(" | "))
            if cells != HEAD:
                yield _row(path, section, number, cells)


def _row(path: Path, section: str, number: int, cells: tuple[str, ...]) -> Row:
    if len(cells) != len(HEAD) or not linked(cells[-1]):
        raise MarkdownError(
            f"guide/data/{path.name}",
            number,
            "this row cannot be read",
            f"Write it as | {' | '.join(HEAD)} |, with a link to its ❌ in the last.",
        )
    return Row(section, number, *cells)
