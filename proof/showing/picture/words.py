"""A picture in words: the same facts, in the same order."""

from collections.abc import Iterator
from itertools import groupby

from proof.showing.picture.labels import SAID
from proof.showing.picture.shapes import Fold, Mark, Picture, Row

NOTHING = "No statement reached the database."


def words(picture: Picture) -> str:
    """Return the sentences that say what a picture shows."""
    return " ".join(sentences(picture))


def sentences(picture: Picture) -> Iterator[str]:
    """Yield the statements in their order, then what else is drawn."""
    if not picture.marks:
        yield NOTHING
    parts: list[Mark | Fold] = [*picture.marks, *picture.folds]
    parts.sort(key=lambda one: one.at)
    for row, group in groupby(parts, lambda one: one.row):
        yield f"{named(picture.rows[row])}: {', '.join(_told(group))}."
    yield from symptoms(picture)


def named(row: Row) -> str:
    """Return a row by its thread and its connection."""
    return f"{row.role} {row.over}".strip()


def _told(parts: Iterator[Mark | Fold]) -> Iterator[str]:
    last = 0
    for one in parts:
        if isinstance(one, Fold):
            kinds = ", ".join(f"{number} {kind}" for kind, number in one.kinds)
            yield f"{one.count} more ({kinds})"
            continue
        said = f"{one.kind} {one.table}".strip()
        said += f" {one.times} times" * (one.times > 1)
        said += f" at line {one.line}" * (one.line not in (0, last))
        last = one.line
        yield f"{said}, which {_clause(one)}" if one.fate in SAID else said


def _clause(mark: Mark) -> str:
    return {
        "undone": "is undone",
        "open": "is not committed",
        "landed": "fails, and its write stays",
    }.get(mark.fate, SAID[mark.fate])


def symptoms(picture: Picture) -> Iterator[str]:
    """Yield what else is drawn, beside statements."""
    if (wait := picture.wait) and wait.holder is not None:
        holder = named(picture.rows[wait.holder])
        yield f"{named(picture.rows[wait.row])} waits for {holder}, for ever."
    elif wait:
        yield f"It hangs{_where(wait.line)}: {wait.reason}."
    if cross := picture.cross:
        yield f"It raised {cross.name}{_where(cross.line)}."
    for leak in picture.leaks:
        row = picture.rows[leak.row]
        yield f"{named(row)} stays open." if row.connection else f"Left: {leak.words}."
    for stall in picture.stalls:
        yield f"The event loop stood still{_where(stall.line)}."


def _where(line: int) -> str:
    return f" at line {line}" * bool(line)
