"""Which marks of a long run are drawn; the others are counted."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from proof.showing.picture.shapes import Mark

TELLING = ("escaped", "waits", "failed", "missed")
"""Fates that are drawn before others, for they are what the picture is about."""


def kept(marks: Sequence[Mark], slots: int, rows: int) -> list[int]:
    """Return the numbers of the marks to draw, so that they fit."""
    everything = set(range(len(marks)))
    if _fits(marks, everything, slots, rows):
        return sorted(everything)
    chosen: set[int] = set()
    for number in _by_weight(marks):
        wider = chosen | {number}
        if _fits(marks, wider, slots, rows):
            chosen = wider
    return sorted(chosen)


def runs(count: int, chosen: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of each run that is left out."""
    edges = [-1, *chosen, count]
    for before, after in pairwise(edges):
        if after - before > 1:
            yield before + 1, after - 1


def _by_weight(marks: Sequence[Mark]) -> Iterator[int]:
    last = len(marks) - 1
    telling = [n for n, one in enumerate(marks) if one.fate in TELLING]
    ends = [one for n in range(len(marks)) for one in (n, last - n)]
    if len(telling) > len(marks) / 2:
        telling = []
    yield from dict.fromkeys([*ends[:2], *telling, *ends])


def _fits(marks: Sequence[Mark], chosen: set[int], slots: int, rows: int) -> bool:
    # A fold takes a slot; until the last mark has been tried, there is one at least.
    folds = sum(1 for _ in runs(len(marks), sorted(chosen)))
    used = {marks[number].row for number in chosen}
    return len(chosen) + folds <= slots and len(used) <= rows
