"""The messages that runs of ❌ examples gave, and the situations behind each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from guide.mistakes import MISTAKES, Row, read_mistakes
from proof.errors import MarkdownError
from proof.example import Example
from proof.outcome import Outcome, Raised
from proof.showing.library import Library

NAMES = (
    (re.compile(r"^(coroutine )'.+'( was never awaited)$"), r"\1'…'\2"),
    (re.compile(r"^('coroutine' object has no attribute )'\w+'$"), r"\1'…'"),
    (re.compile(r"^(The view )\S+( didn't return)"), r"\1…\2"),
    (re.compile(r"^\w+( matching query does not exist)"), r"…\1"),
    (re.compile(r"^(no (?:order|symbol) )\S+( at the broker)$"), r"\1…\2"),
    (re.compile(r"(was handed the [a-z ]+ )\w+\."), r"\1…."),
    (re.compile(r"(?<=run_async\()\w+(?=\(…?)"), "…"),
    (re.compile(r"^(\S+)( HTTP handlers must either)"), r"…\2"),
    (re.compile(r"\(\w+\.py, line \d+\)$"), "(…, line …)"),
    (re.compile(r"(?<=<)[\w.]+ running=\w+ closed=\w+ debug=\w+(?=>)"), "…"),
    (re.compile(r"^(unclosed transport )<.*>$"), r"\1<…>"),
    (re.compile(r'^(database )"\w+"( is being)'), r'\1"…"\2'),
    (re.compile(r"^(Object of type )[A-Z]\w+( is not)"), r"\1…\2"),
    (re.compile(r"^(Requested setting )\w+"), r"\1…"),
    (re.compile(r"^(Unexpected logs found: \[').+'\]$"), r"\1…']"),
    (
        re.compile(
            r"^(insert or update on table ).+?( violates .+ constraint ).*", re.S
        ),
        r'\1"…"\2"…"',
    ),
    (
        re.compile(
            r"^(null value in column ).+?( violates not-null constraint).*", re.S
        ),
        r"\1…\2",
    ),
    (re.compile(r"^<.+>( is bound to a different event loop)"), r"<…>\1"),
    (re.compile(r"^(Task )<.+>( got Future )<.+>( attached to)"), r"\1<…>\2<…>\3"),
    (re.compile(r"^(Executing <Task ).+(> took … seconds)$"), r"\1…\2"),
    (re.compile(r"^(There is no current event loop in thread )'.+'"), r"\1'…'"),
    (re.compile(r"^(Fetching of )\S+( blocked)"), r"\1…\2"),
    (re.compile(r"^[A-Z]+ \S+: answered (\d+), .+"), r"… answered \1, …"),
    (re.compile(r"^\w+(\(\) missing .+ argument: )'.+'$"), r"…\1'…'"),
)
"""Names in a message that are the reader's own, and what stands for them."""


COMPARES = re.compile(r"^(\S+ != \S+|Lists differ: )|\bhas left \{")
"""What an assertion of a test says of its own values."""
DROPPED = " was never awaited"
LOUD = ("raises", "warns")
"""The symptoms that need a message."""
UNSAID = "uvicorn.protocols.utils.ClientDisconnected"
"""A type that uvicorn passes over in silence: no log has it."""


@dataclass(frozen=True)
class Message:
    """One message: how its type reads in a traceback, and its text without names."""

    type: str
    text: str

    @property
    def name(self) -> str:
        """The type without its module."""
        kept = r"\w+\.DoesNotExist"
        found = re.search(rf"({kept}|\w+)$", self.type)
        return re.sub(r"^\w+(?=\.DoesNotExist$)", "…", found[0]) if found else self.type

    @property
    def line(self) -> str:
        """The first line of the text."""
        return self.text.partition("\n")[0]

    @property
    def page(self) -> str:
        """The page of its entry; the one that everybody meets has its own."""
        return "soe" if self.name == "SynchronousOnlyOperation" else "errors"

    @property
    def slug(self) -> str:
        """The entry's anchor."""
        words = f"{self.name} {self.text}".lower().replace("'", "")
        return "-".join(re.findall(r"[a-z0-9]+", words)[:11])


@dataclass(frozen=True)
class Situation:
    """A row of mistakes, and each of its ❌ that gave a message, in which lanes."""

    row: Row
    seen: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Entry:
    """A message, as it was recorded, and the situations that gave it."""

    message: Message
    recorded: tuple[str, ...]
    situations: tuple[Situation, ...]


def said(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Yield the type and the text of all that a run said."""
    raised = _looked_for(outcome)
    if raised is not None:
        yield raised.type, raised.message
    for one in outcome.warnings:
        # What raises leaves coroutines behind; the exception is what leads to its fix.
        if raised is None or not one.text.endswith(DROPPED):
            yield one.category, one.text


def _looked_for(outcome: Outcome) -> Raised | None:
    """Return what was raised, unless no log has it or it is a test's own numbers."""
    raised = outcome.raised
    if raised is None or raised.type == UNSAID:
        return None
    compares = raised.type == "AssertionError" and COMPARES.search(raised.message)
    return None if compares else raised


def message(kind: str, text: str) -> Message:
    """Return a recorded message without the names that are the reader's own."""
    for pattern, replacement in NAMES:
        text = pattern.sub(replacement, text)
    model = re.sub(r"[\w.]+(?=\.DoesNotExist$)", "…", kind)
    return Message(model, text.rstrip())


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
    return tuple(sorted(found, key=lambda entry: _order(entry.message)))


def silent_lanes(example: Example, known: Library) -> tuple[str, ...]:
    """Return the lanes in which a ❌ fails and says nothing.

    Where it speaks in one lane, a leak in another is what is left of that failure.
    """
    if example.good:
        return ()
    seen = known.outcomes(example)
    silent = tuple(lane for lane, outcome in seen.items() if not any(said(outcome)))
    if len(silent) == len(seen):
        return silent
    return tuple(
        one for one in silent if known.claims_for(example, one)[0].kind != "leaks"
    )


def says_only_its_own(example: Example, known: Library) -> bool:
    """Whether all that a ❌ says is an assertion about a test's own values."""
    seen = known.outcomes(example).values()
    return any(one.raised for one in seen) and not any(any(said(one)) for one in seen)


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
                "Add its row to docs/mistakes.md: Symptom | Cause | Fix | Don't.",
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


def _order(one: Message) -> tuple[str, str]:
    return "".join(re.findall(r"[a-z0-9]", one.text.lower())), one.type
