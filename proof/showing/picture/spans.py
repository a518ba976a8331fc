"""Which statements a transaction holds, and what became of each write.

The kinds tell, not the recorded state: at its COMMIT, Django no longer counts a
transaction as open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proof.outcome import WRITES, Outcome, Statement
from proof.showing.picture.shapes import Fate

BACK_TO = "ROLLBACK TO SAVEPOINT"
OF_DJANGO = "django_"
"""Begins tables at whose rows nobody looks afterwards, such as that of sessions."""


@dataclass
class Span:
    """A transaction or a savepoint by the numbers of its statements.

    `undone` is the number of the statement that took back what stands before it.
    """

    connection: str
    depth: int
    first: int
    last: int = -1
    ends: str = ""
    undone: int = -1

    def holds(self, number: int) -> bool:
        """Whether a statement was sent while it was open."""
        return self.first <= number and (self.last < 0 or number <= self.last)


def spans_of(statements: Sequence[Statement]) -> list[Span]:
    """Return every transaction and savepoint, in the order in which they begin."""
    found: list[Span] = []
    open_: dict[str, list[Span]] = {}
    for number, one in enumerate(statements):
        stack = open_.setdefault(one.connection, [])
        if one.kind == "BEGIN":
            _close(stack, number - 1, "")
        begins = one.kind in ("BEGIN", "SAVEPOINT")
        if one.kind != "BEGIN" and one.transaction == "open" and not stack:
            stack.append(Span(one.connection, 0, number))  # It came with the caller.
            found.append(stack[-1])
        if begins:
            stack.append(Span(one.connection, len(stack), number))
            found.append(stack[-1])
        elif stack:
            _ends(one.kind, number, stack)
    return found


def _ends(kind: str, number: int, stack: list[Span]) -> None:
    inner = stack[-1]
    if kind in ("COMMIT", "ROLLBACK"):
        _close(stack, number, kind)
    elif kind == BACK_TO and inner.depth:
        inner.ends, inner.undone = kind, number
    elif kind == "RELEASE" and inner.depth:
        inner.last, inner.ends = number, inner.ends or kind
        stack.pop()


def _close(stack: list[Span], number: int, kind: str) -> None:
    for span in stack:
        span.last, span.ends = number, span.ends or kind
        if kind == "ROLLBACK":
            span.ends, span.undone = kind, number
    stack.clear()


def fates_of(outcome: Outcome, spans: Sequence[Span]) -> Iterator[Fate]:
    """Yield what became of each statement."""
    waiting = waits_at(outcome)
    written = {one.table for one in outcome.changes}
    within = [
        _within(number, one, spans) for number, one in enumerate(outcome.statements)
    ]
    others = {
        one.table
        for one, fate in zip(outcome.statements, within, strict=True)
        if fate in ("kept", "escaped") and one.kind != "UPDATE"
    }
    for number, (one, fate) in enumerate(zip(outcome.statements, within, strict=True)):
        if number == waiting:
            yield "waits"
        elif fate == "kept" and one.table not in written | others and _is_seen(one):
            yield "missed"
        elif fate == "failed" and _landed(one, outcome):
            yield "landed"
        else:
            yield fate


def waits_at(outcome: Outcome) -> int | None:
    """Return the number of the statement that waits for a lock, if one does."""
    hang = outcome.hang
    if hang is None or hang.reason != "lock wait":
        return None
    numbered = [*enumerate(outcome.statements)]
    return next((n for n, one in reversed(numbered) if one.line == hang.line), None)


def _landed(failed: Statement, outcome: Outcome) -> bool:
    """Whether a write is there although its call raised: it alone can have made it."""
    alike = (one for one in outcome.statements if one.table == failed.table)
    writes = [one for one in alike if one.kind in WRITES]
    changed = {one.table for one in outcome.changes}
    return writes == [failed] and failed.table in changed


def _is_seen(one: Statement) -> bool:
    return one.kind == "UPDATE" and not one.table.startswith(OF_DJANGO)


def _within(number: int, one: Statement, spans: Sequence[Span]) -> Fate:
    if one.failed:
        return "failed"
    if one.kind not in WRITES:
        return ""
    around = [span for span in spans if span.holds(number)]
    own = [span for span in around if span.connection == one.connection]
    if any(span.undone > number for span in own):
        return "undone"
    if own and not own[0].ends:
        return "open"
    others = [span for span in around if span.connection != one.connection]
    if any(span.ends == "ROLLBACK" and not span.depth for span in others):
        return "escaped"
    return "kept"
