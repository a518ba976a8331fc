"""docs/silent.md: the failures that say nothing, by what is found afterwards."""

from collections.abc import Iterator, Mapping

from proof.page.library import Library
from proof.page.messages import Situation, rows_by_id, silent_kind, silent_lanes
from proof.symptoms import SYMPTOMS
from proof.write.errors import HEAD, row_of

FOUND_AS = {
    "lost": "Lost: something is missing",
    "escaped": "Escaped: a write stays in spite of the rollback",
    "partial": "Partial: only a part is there",
    "corrupt": "Corrupt: something wrong is there",
    "hangs": "Hangs: it does not end",
    "leaks": "Leaks: connections grow, something stays open",
    "blocks": "Blocks: all requests are slow at the same time",
    "serial": "Serial: one at a time, no faster than a loop",
}
"""The symptoms that need no message, and what a reader would call them."""


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page."""
    sections = (_section(kind, known) for kind in SYMPTOMS if kind in FOUND_AS)
    return {"symptoms": "\n\n".join(filter(None, sections))}


def _section(kind: str, known: Library) -> str:
    rows = sorted(_situations(kind, known), key=lambda one: one.row.line)
    if not rows:
        return ""
    head = f"## {FOUND_AS[kind]} {{ #{kind} }}"
    return "\n\n".join([head, "\n".join([*HEAD, *map(row_of, rows)])])


def _situations(kind: str, known: Library) -> Iterator[Situation]:
    """Yield each row of mistakes of which a ❌ shows a symptom in silence.

    The first such claim of a block is the symptom under which it is found.
    """
    rows = rows_by_id(known)
    grouped: dict[str, dict[str, tuple[str, ...]]] = {}
    for example in known.examples:
        lanes = tuple(
            lane
            for lane in silent_lanes(example, known)
            if silent_kind(example, lane, known) == kind
        )
        if lanes:
            row = rows[example.id]
            grouped.setdefault(row.anchor, {})[example.id] = lanes
    for seen in grouped.values():
        yield Situation(rows[next(iter(seen))], seen)
