"""Statements told once: what the first group has as well, and what is sent again.

`["as first", 3, 9]` are the third to the ninth statement of the first group;
`["again", 6, 4]` are the six rows above it, four times more, as a loop sends them.
"""

import json
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

Rows = Sequence[list[Any]]
AS_FIRST = "as first"
AGAIN = "again"
ENOUGH = 3
"""As many statements must be the same to be told by their numbers."""
LONGEST = 40
"""As many rows of a loop's body are looked for."""


def told_once(rows: Rows, first: Rows = ()) -> list[list[Any]]:
    """Return the rows, shortened where they repeat the first group's or themselves."""
    return _without_rounds(_without_those_of(first, rows))


def told_in_full(rows: Iterable[Sequence[Any]], first: Rows = ()) -> list[Any]:
    """Return the rows that `told_once` shortened."""
    unrolled: list[Any] = []
    for row in rows:
        if row[0] == AGAIN:
            unrolled += unrolled[-row[1] :] * row[2]
        else:
            unrolled.append(row)
    found: list[Any] = []
    for row in unrolled:
        found += first[row[1] - 1 : row[2]] if row[0] == AS_FIRST else [row]
    return found


def _without_those_of(first: Rows, rows: Rows) -> list[list[Any]]:
    before, now = ([json.dumps(row) for row in one] for one in (first, rows))
    found: list[Any] = []
    done = 0
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    for start, at, size in matcher.get_matching_blocks():
        found += rows[done:at]
        same = [AS_FIRST, start + 1, start + size]
        found += [same] if size >= ENOUGH else rows[at : at + size]
        done = at + size
    return found


def _without_rounds(rows: Rows) -> list[list[Any]]:
    """Return the rows, of a loop only the first round."""
    found: list[list[Any]] = []
    at = 0
    while at < len(rows):
        body, rounds = _rounds(rows, at)
        if body * rounds >= ENOUGH:
            found.append([AGAIN, body, rounds])
            at += body * rounds
        else:
            found.append(rows[at])
            at += 1
    return found


def _rounds(rows: Rows, at: int) -> tuple[int, int]:
    """Return how many rows above are sent again from there, and how often: the most."""
    most = (0, 0)
    for size in range(1, min(LONGEST, at) + 1):
        body, rounds = rows[at - size : at], 0
        while rows[at + rounds * size : at + (rounds + 1) * size] == body:
            rounds += 1
        if size * rounds > most[0] * most[1]:
            most = (size, rounds)
    return most
