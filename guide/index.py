"""Where a mistake is found: under its message, under its symptom, or both.

A page of the index shows a situation in full; every other page leads to it there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from guide.mistakes import MISTAKES, Row, read_mistakes
from guide.said import Message, message, said
from proof.claims.kinds import KINDS
from proof.errors import MarkdownError
from proof.example import Example
from proof.showing.library import Library

LOUD = ("raises", "warns")
"""The symptoms that need a message."""
OWN = "own"
"""The symptom of a test that fails on values of its own."""
PAGES: Mapping[str, str] = {
    "lost": "silent",
    "escaped": "silent",
    "partial": "silent",
    "corrupt": "silent-wrong",
    "hangs": "silent-slow",
    "leaks": "silent-slow",
    "blocks": "silent-slow",
    "serial": "silent-slow",
    OWN: "silent",
}
"""The page of each symptom that says nothing."""
HEADINGS = {kind.name: kind.heading for kind in KINDS.values() if kind.heading} | {
    OWN: "A test's own assertion: it fails on its own values"
}


@dataclass(frozen=True)
class Situation:
    """A row of mistakes, and each of its ❌ that gave a message, in which lanes."""

    row: Row
    seen: dict[str, tuple[str, ...]]

    def says(self, message: Message) -> bool:
        """Whether its row begins with this message, not with what came of it."""
        said, line = re.findall(r"`([^`]+)`", self.row.see), message.line
        return any(one in line or line in one for one in said)


@dataclass(frozen=True)
class Entry:
    """A message, as it was recorded, and the situations that gave it."""

    message: Message
    recorded: tuple[str, ...]
    situations: tuple[Situation, ...]


@dataclass(frozen=True)
class Symptom:
    """A symptom without a message, and the situations that show it."""

    name: str
    situations: tuple[Situation, ...]

    @property
    def heading(self) -> str:
        """Its title: a word, and what it means."""
        return HEADINGS[self.name]

    @property
    def page(self) -> str:
        """The page that shows it."""
        return PAGES[self.name]


@dataclass(frozen=True)
class Home:
    """Where it stands in the index: a section of a page that holds a mistake.

    `shown_by` are the ids of the ❌ for which it stands there.
    """

    page: str
    section: str
    words: str
    shown_by: tuple[str, ...]


@lru_cache(maxsize=1)
def entries(known: Library) -> tuple[Entry, ...]:
    """Return an entry for each message that a run of a ❌ gave, by its text."""
    recorded: dict[Message, dict[str, None]] = {}
    lanes: dict[Message, dict[str, list[str]]] = {}
    for example in known.examples:
        for lane, outcome in () if example.good else known.outcomes(example).items():
            for kind, text in said(outcome):
                one = message(kind, text)
                recorded.setdefault(one, {})[f"{kind}: {text}".rstrip()] = None
                seen = lanes.setdefault(one, {}).setdefault(example.id, [])
                seen.extend([] if lane in seen else [lane])
    rows = rows_by_id(known)
    found = (
        Entry(one, tuple(recorded[one]), _situations(seen, rows))
        for one, seen in lanes.items()
    )
    return tuple(sorted(found, key=lambda entry: entry.message.order))


def silent_lanes(example: Example, known: Library) -> tuple[str, ...]:
    """Return the lanes in which a ❌ fails and says nothing.

    Where it speaks in one lane, a leak in another is what is left of that failure. In
    another edition than the default one, it may be a ✅.
    """
    if example.good:
        return ()
    seen = {
        lane: outcome
        for lane, outcome in known.outcomes(example).items()
        if not any(claim.good for claim in known.claims_for(example, lane))
    }
    silent = tuple(lane for lane, outcome in seen.items() if not any(said(outcome)))
    if len(silent) == len(seen):
        return silent
    return tuple(
        one for one in silent if known.claims_for(example, one)[0].kind != "leaks"
    )


def silent_kind(example: Example, lane: str, known: Library) -> str | None:
    """Return the symptom under which a silent failure is found, its first."""
    kinds = (claim.kind for claim in known.claims_for(example, lane))
    return next((kind for kind in kinds if kind not in LOUD), None)


@lru_cache(maxsize=1)
def rows_by_id(known: Library) -> dict[str, Row]:
    """Return the first row of each ❌ that has one."""
    rows = read_mistakes() if MISTAKES.exists() else ()
    return {name: row for row in reversed(rows) for name in row.bad}


def every_failure_has_its_row(known: Library) -> None:
    """Look whether each ❌ has a row; without it, no index leads to a fix.

    Raises:
        MarkdownError: a ❌ has no row.
    """
    rows = rows_by_id(known)
    for one in known.examples:
        if not one.good and one.id not in rows:
            raise MarkdownError(
                one.path,
                one.start,
                f"the ❌ {one.id} is in no table of mistakes",
                "Add its row to guide/data/mistakes.md: Symptom | Cause | Fix | Don't.",
            )


def _situations(
    seen: dict[str, list[str]], rows: dict[str, Row]
) -> tuple[Situation, ...]:
    """Return the rows in the order of their page, each with its ❌."""
    grouped: dict[Row, dict[str, tuple[str, ...]]] = {}
    for name, lanes in seen.items():
        if name not in rows:
            continue
        grouped.setdefault(rows[name], {})[name] = tuple(lanes)
    ordered = sorted(grouped.items(), key=lambda one: one[0].line)
    return tuple(Situation(row, found) for row, found in ordered)


@lru_cache(maxsize=1)
def symptoms(known: Library) -> tuple[Symptom, ...]:
    """Return each symptom under which a failure without a message is found."""
    rows = rows_by_id(known)
    seen: dict[str, dict[Row, dict[str, list[str]]]] = {name: {} for name in HEADINGS}
    # A ❌ without a row, which another guide may have, stands in no index.
    for example in (one for one in known.examples if one.id in rows):
        for lane in silent_lanes(example, known):
            kind = silent_kind(example, lane, known) or OWN
            by_id = seen[kind].setdefault(rows[example.id], {})
            by_id.setdefault(example.id, []).append(lane)
    return tuple(
        Symptom(name, tuple(_situation(row, by_row[row]) for row in _ordered(by_row)))
        for name, by_row in seen.items()
        if by_row
    )


def _situation(row: Row, seen: Mapping[str, list[str]]) -> Situation:
    return Situation(row, {name: tuple(lanes) for name, lanes in seen.items()})


@lru_cache(maxsize=1)
def homes(known: Library) -> Mapping[Row, tuple[Home, ...]]:
    """Return where each row is found: under messages first, then under symptoms."""
    found: dict[Row, list[Home]] = {}
    for row, home in (*_by_message(entries(known)), *_by_symptom(symptoms(known))):
        found.setdefault(row, []).append(home)
    return {row: tuple(found[row]) for row in _ordered(found)}


def _by_message(all_: tuple[Entry, ...]) -> Iterator[tuple[Row, Home]]:
    for entry in all_:
        one = entry.message
        for situation in entry.situations:
            ids = tuple(situation.seen)
            yield situation.row, Home(one.page, one.slug, one.name, ids)


def _by_symptom(all_: tuple[Symptom, ...]) -> Iterator[tuple[Row, Home]]:
    for one in all_:
        for situation in one.situations:
            ids = tuple(situation.seen)
            yield situation.row, Home(one.page, one.name, f"silent: {one.name}", ids)


def address(row: Row, known: Library) -> str:
    """Return the link to a row from a page of docs/."""
    return f"{homes(known)[row][0].page}.md#{row.anchor}"


def _ordered(rows: Mapping[Row, object]) -> list[Row]:
    return sorted(rows, key=lambda row: row.line)
