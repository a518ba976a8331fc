"""Parts of committed files that are made from data: `make write`.

Each module here writes one thing. A part stands between two comments in its file, so
that what is written by hand stays. Nothing is run: what is read are the examples, the
recorded evidence, the tables of mistakes and the boxes of claims.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from guide.index import every_failure_has_its_row
from guide.write import (
    assistant,
    bridges,
    checker,
    claims,
    errors,
    faults,
    finder,
    finding,
    found,
    members,
    probes,
    silent,
    worth,
)
from proof.errors import MarkdownError, ProofError
from proof.project import ROOT
from proof.showing.library import Library, read_library

Parts = Mapping[str, str]
"""What belongs between the marks of a file, by the name of the mark; without a name,
the whole file."""

FILES: Mapping[str, Callable[[Library], Parts]] = {
    "docs/find.md": finding.parts,
    "docs/assets/finder.js": finder.parts,
    "docs/assets/heard.js": finder.heard,
    "docs/assets/proof.js": finder.proof,
    "docs/errors.md": errors.with_others,
    "docs/errors-loop.md": errors.page("errors-loop"),
    "docs/errors-warnings.md": errors.page("errors-warnings"),
    "docs/errors-database.md": errors.page("errors-database"),
    "docs/soe.md": errors.soe,
    "docs/silent.md": silent.page("silent"),
    "docs/silent-wrong.md": silent.page("silent-wrong"),
    "docs/silent-slow.md": silent.page("silent-slow"),
    "docs/mistakes.md": finding.by_place,
    "docs/claims.md": claims.parts,
    "docs/missing.md": probes.parts,
    "docs/missing-faults.md": faults.parts,
    "docs/start.md": bridges.parts,
    "docs/members.md": members.parts,
    "docs/worth.md": worth.parts,
    "docs/assistant.md": assistant.linked,
    "docs/assets/async-sync-rules.txt": assistant.copied,
    ".agents/skills/django-async-sync/SKILL.md": assistant.skill,
    ".agents/skills/django-async-sync/cases.md": assistant.cases,
    ".agents/skills/django-async-sync/bridge.py": assistant.bridge,
    "docs/assets/bridge.py": assistant.bridge,
    "CLAUDE.md": assistant.named,
    "docs/check.md": checker.page,
    "docs/found.md": found.parts,
    "checker/django_async_lint/data/guide.json": checker.data,
}


@dataclass(frozen=True)
class Written:
    """A file as it is, and as it would be written."""

    path: Path
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether writing it would change it."""
        return self.before != self.after

    def __str__(self) -> str:
        """Name the file, the first line that differs, and what to do."""
        before, after = self.before.splitlines(), self.after.splitlines()
        pairs = enumerate(zip([*before, ""], [*after, ""], strict=False), 1)
        line, (is_, would) = next(one for one in pairs if one[1][0] != one[1][1])
        return (
            f"{self.path.relative_to(ROOT)}:{line}: not as it would be written\n"
            f"    is:      {is_}\n    would be: {would}\n    next:    make write"
        )


def written() -> Iterator[Written]:
    """Yield each file that has a written part.

    Raises:
        ProofError: what it is made of cannot be read, or a mark is missing.
    """
    known = read_library()
    every_failure_has_its_row(known)
    for name, parts in FILES.items():
        path = ROOT / name
        before = path.read_text("utf-8") if path.exists() else ""
        after = before
        for mark, text in parts(known).items():
            after = between(name, after, mark, text) if mark else text
        yield Written(path, before, after)


def write(one: Written) -> None:
    """Write a file and say so."""
    one.path.parent.mkdir(parents=True, exist_ok=True)
    one.path.write_text(one.after, "utf-8")
    print(f"written: {one.path.relative_to(ROOT)}")


def write_if_readable() -> None:
    """Write each file that differs, or say what keeps it from being written."""
    try:
        for one in [each for each in written() if each.differs]:
            write(one)
    except ProofError as error:
        print(f"{error}\n    Then: make write")


def between(name: str, text: str, mark: str, part: str) -> str:
    """Return a file's text with a new part between the two comments of a mark."""
    opening, closing = f"<!--written:{mark}-->", f"<!--end:{mark}-->"
    if text.count(opening) != 1 or text.count(closing) != 1:
        raise MarkdownError(
            name,
            1,
            f"the part {mark} has no place",
            f"Write {opening} and {closing} where it belongs, once.",
        )
    head, _, rest = text.partition(opening)
    _, _, tail = rest.partition(closing)
    return f"{head}{opening}\n\n{part.strip()}\n\n{closing}{tail}"
