"""Pictures on one axis: the same step of each stands in the same column.

A ✅ has the axis; beside it stand the ❌ that do its job. Steps that only one of them
has make room in all the others, so that one sees where they part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TypeVar

from proof.showing.picture.shapes import (
    Arrow,
    Bar,
    Cross,
    Fold,
    Leak,
    Mark,
    Picture,
    Wait,
)

LONGEST = 12
"""Columns of an axis beyond which its pictures would be too small to read."""
FOLD, BEHIND = ("fold", ""), ("behind", "")
"""A step that stands for several, and what comes behind all statements."""
Column = tuple[int, int]
"""Before which step of the ✅, and how many steps behind that gap's begin; or, if it
is the step itself, -1."""
Placed = TypeVar("Placed", Arrow, Cross, Fold, Leak, Mark, Wait)
"""What stands at a slot."""


def on_one_axis(middle: Picture, others: Sequence[Picture]) -> list[Picture] | None:
    """Return the pictures with the same columns; None if they would be too many."""
    steps = _steps(middle)
    columns = [_columns(steps, _steps(one)) for one in others]
    gaps = [
        max((k + 1 for each in columns for at, k in each if at == n), default=0)
        for n in range(len(steps) + 1)
    ]
    starts = [sum(gaps[:n]) + n for n in range(len(gaps))]
    length = starts[-1] + gaps[-1]
    if length > LONGEST:
        return None
    own = [starts[n] + gaps[n] for n in range(len(steps))]
    placed = [
        [starts[at] + (gaps[at] if k < 0 else k) for at, k in each] for each in columns
    ]
    return [
        _spread(one, [*where, length])
        for one, where in zip((middle, *others), (own, *placed), strict=True)
    ]


def _steps(picture: Picture) -> list[tuple[str, str]]:
    """Return what is in each slot: a statement, a fold, or what comes behind."""
    steps = [BEHIND] * picture.slots
    for fold in picture.folds:
        steps[fold.at] = FOLD
    for mark in picture.marks:
        steps[mark.at] = (mark.kind, mark.table)
    return steps


def _columns(
    steps: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]
) -> list[Column]:
    """Return the column of each step of another picture.

    Where both go on differently, their steps stand below each other as far as they go.
    """
    found: list[Column] = []
    matcher = SequenceMatcher(None, steps, other, autojunk=False)
    for _, first, last, start, end in matcher.get_opcodes():
        both = min(last - first, end - start)
        found += [(first + n, -1) for n in range(both)]
        found += [(last, n) for n in range(end - start - both)]
    return found


def _spread(picture: Picture, columns: Sequence[int]) -> Picture:
    """Return a picture whose slots stand in other columns; the last is the edge."""
    edge = columns[-1]

    def all_at(parts: Sequence[Placed]) -> tuple[Placed, ...]:
        return tuple(_moved(one, columns) for one in parts)

    return replace(
        picture,
        slots=edge,
        marks=all_at(picture.marks),
        folds=all_at(picture.folds),
        bars=tuple(_bars(picture, columns)),
        arrows=all_at(picture.arrows),
        wait=picture.wait and _moved(picture.wait, columns),
        cross=picture.cross and _moved(picture.cross, columns),
        leaks=all_at(picture.leaks),
    )


def _moved(one: Placed, columns: Sequence[int]) -> Placed:
    return replace(one, at=columns[one.at])


def _bars(picture: Picture, columns: Sequence[int]) -> Iterator[Bar]:
    """Yield the bars; one that nobody ended still goes on to the edge."""
    for bar in picture.bars:
        to_the_edge = not bar.ends and bar.last == picture.slots - 1
        last = columns[-1] - 1 if to_the_edge else columns[bar.last]
        yield replace(bar, first=columns[bar.first], last=last)
