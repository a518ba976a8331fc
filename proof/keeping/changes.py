"""What a recording changed, in words: which statement came or went, and where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from difflib import SequenceMatcher
from typing import Any

from proof.claims.versions import HERE
from proof.example import Example
from proof.keeping.evidence import Evidence, digest
from proof.keeping.groups import NAMED_ELSEWHERE
from proof.outcome import Change, Outcome, Statement

MOST = 12
"""Lines of one example that are told; the rest are counted."""


def changes(
    examples: Iterable[Example],
    before: Mapping[str, Evidence],
    after: Mapping[str, Evidence],
) -> Iterator[str]:
    """Yield what is recorded otherwise than before, example by example.

    Lanes in which the same changed stand together. The last line counts.
    """
    known = {example.id: example for example in examples}
    changed = 0
    for name in sorted(before.keys() | after.keys(), key=_place_of(known)):
        told = _alike(before.get(name), after.get(name))
        if not told:
            continue
        changed += 1
        example = known.get(name)
        yield f"{example} {example.title}" if example else f"{name}, which is gone"
        if example and name in before and before[name].source != digest(example):
            yield "  its source is another"
        for lines, lanes in told.items():
            yield f"  [{', '.join(lanes)}]"
            yield from _no_more_than_can_be_read(lines)
    yield f"{changed} of {len(known)} examples are recorded otherwise than before"


def _place_of(known: Mapping[str, Example]) -> Any:
    order = {name: number for number, name in enumerate(known)}
    return lambda name: (order.get(name, len(order)), name)


def _alike(
    before: Evidence | None, after: Evidence | None
) -> dict[tuple[str, ...], list[str]]:
    """Return the lanes of this edition that changed, by what changed in them."""
    old, new = (one.of(HERE) if one else {} for one in (before, after))
    told: dict[tuple[str, ...], list[str]] = {}
    for lane in sorted(old.keys() | new.keys()):
        lines = tuple(_story(old.get(lane), new.get(lane)))
        if lines:
            told.setdefault(lines, []).append(lane)
    return told


def _no_more_than_can_be_read(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"    {line}" for line in lines[:MOST])
    if len(lines) > MOST:
        yield f"    … and {len(lines) - MOST} more lines"


def _story(before: Outcome | None, after: Outcome | None) -> Iterator[str]:
    if after is None:
        yield "- no longer recorded"
        return
    if before is None:
        many, rows = len(after.statements), len(after.changes)
        yield f"+ recorded: {after.end}; statements: {many}, rows that differ: {rows}"
        return
    for one in fields(Outcome):
        was, is_ = (getattr(outcome, one.name) for outcome in (before, after))
        if was == is_ or one.name in NAMED_ELSEWHERE:
            continue
        yield from _of_a_field(one.name.replace("_", " "), was, is_)


def _of_a_field(name: str, was: Any, is_: Any) -> Iterator[str]:
    if isinstance(was, tuple):
        yield from _of_rows(name, [*map(_said, was)], [*map(_said, is_)])
    elif isinstance(was, Mapping):
        yield from _of_rows(
            name, [*map(_said, was.items())], [*map(_said, is_.items())]
        )
    else:
        yield f"{name}: {_said(was)} → {_said(is_)}"


def _of_rows(name: str, was: Sequence[str], is_: Sequence[str]) -> Iterator[str]:
    """Yield what went and came, in the order of the run."""
    matcher = SequenceMatcher(None, was, is_, autojunk=False)
    for _, start, end, new_start, new_end in matcher.get_opcodes():
        if was[start:end] == is_[new_start:new_end]:
            continue
        yield from (
            f"- {name} {start + n}: {one}" for n, one in enumerate(was[start:end], 1)
        )
        yield from (
            f"+ {name} {new_start + n}: {one}"
            for n, one in enumerate(is_[new_start:new_end], 1)
        )


def _said(value: Any) -> str:
    if isinstance(value, Statement):
        failed = ", which fails" if value.failed else ""
        what = f"{value.kind} {value.table}".strip()
        where = f"{value.thread} over {value.connection}, {value.transaction}"
        return f"{what}{failed} (line {value.line}, {where})"
    if isinstance(value, Change):
        was, is_ = (_row(one) for one in (value.before, value.after))
        return f"{value.table} {value.pk}: {was} → {is_}"
    if isinstance(value, tuple) and len(value) == 2:
        return f"{value[0]} is {value[1]}"
    return str(value) if value is not None else "nothing"


def _row(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "no row"
    return ", ".join(f"{name}={value}" for name, value in row.items())
