"""docs/silent.md: the failures that say nothing, by what is found afterwards."""

from collections.abc import Iterator, Mapping

from guide.messages import Situation, rows_by_id, silent_kind, silent_lanes
from guide.write.mistakes_table import HEAD, row_of
from proof.claims.kind import Kind
from proof.claims.kinds import KINDS
from proof.showing.library import Library


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page."""
    sections = (_section(kind, known) for kind in KINDS.values() if kind.heading)
    return {"symptoms": "\n\n".join(filter(None, sections))}


def _section(kind: Kind, known: Library) -> str:
    rows = sorted(_situations(kind.name, known), key=lambda one: one.row.line)
    if not rows:
        return ""
    head = f"## {kind.heading} {{ #{kind.name} }}"
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
