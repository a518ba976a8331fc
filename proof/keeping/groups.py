"""What was seen of one example: lanes and editions that saw the same stand together.

The first group is told in full, without what is usual. Of each other one only that is
told in which it differs from the first; the statements of each are told once
(`proof.keeping.repeats`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from proof.claims.versions import DEFAULT, Edition
from proof.keeping.repeats import Rows, told_in_full, told_once
from proof.outcome import Outcome, to_json
from proof.serialize import full, made

Seen = Mapping[Edition, Mapping[str, Outcome]]
"""Outcomes by edition and lane."""
WHERE = "lanes"
"""The key of a group below which its lanes stand, by edition."""
STATEMENTS = "statements"
TOGETHER = "; "
"""Between editions whose lanes in a group are the same."""
NAMED_ELSEWHERE = ("example", "lane")
"""Fields of an outcome that a group does not tell: they are where it stands."""


def grouped(seen: Seen) -> list[dict[str, Any]]:
    """Return the groups as plain data."""
    alike: dict[str, list[tuple[Edition, Outcome]]] = {}
    for edition, outcome in _in_order(seen):
        key = json.dumps(_told(to_json(outcome)), sort_keys=True)
        alike.setdefault(key, []).append((edition, outcome))
    firsts = [same[0][1] for same in alike.values()]
    return [
        _difference(one, firsts[0]) | {WHERE: _where(same)}
        for one, same in zip(firsts, alike.values(), strict=True)
    ]


def apart(example: str, groups: Iterable[Mapping[str, Any]]) -> Seen:
    """Return the outcomes that were grouped."""
    seen: dict[Edition, dict[str, Outcome]] = {}
    first: Mapping[str, Any] = {}
    for group in groups:
        named = {**first, **group, "example": example, "lane": ""}
        where = named.pop(WHERE)
        if STATEMENTS in group:
            there = first.get(STATEMENTS, ())
            named[STATEMENTS] = told_in_full(group[STATEMENTS], there)
        first = first or named
        outcome = made(Outcome, named)
        for names, lanes in where.items():
            for name in names.split(TOGETHER):
                found = seen.setdefault(Edition.named(name), {})
                found.update({lane: replace(outcome, lane=lane) for lane in lanes})
    return seen


def _in_order(seen: Seen) -> Iterator[tuple[Edition, Outcome]]:
    """Yield the default edition's outcomes first, and each one's lanes by name."""
    for edition in sorted(seen, key=lambda one: (one != DEFAULT, str(one))):
        for lane in sorted(seen[edition]):
            yield edition, seen[edition][lane]


def _told(outcome: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in outcome.items() if k not in NAMED_ELSEWHERE}


def _difference(one: Outcome, first: Outcome) -> dict[str, Any]:
    """Return what a group says: the first what is unusual, others what differs."""
    there: Rows = ()
    if one is first:
        found = _told(to_json(one))
    else:
        told = full(first)
        found = _told({k: v for k, v in full(one).items() if v != told[k]})
        there = told[STATEMENTS]
    if STATEMENTS in found:
        found[STATEMENTS] = told_once(found[STATEMENTS], there)
    return found


def _where(same: Iterable[tuple[Edition, Outcome]]) -> dict[str, list[str]]:
    """Return the lanes by the editions that saw this in just these."""
    lanes: dict[str, list[str]] = {}
    for edition, outcome in same:
        lanes.setdefault(str(edition), []).append(outcome.lane)
    editions: dict[tuple[str, ...], list[str]] = {}
    for name, its in lanes.items():
        editions.setdefault(tuple(its), []).append(name)
    return {TOGETHER.join(names): list(its) for its, names in editions.items()}
