"""An outcome as a picture: every statement is a mark of it, or counted in a fold."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from proof.outcome import Outcome
from proof.showing.picture.fold import kept, runs
from proof.showing.picture.marks import in_one_process, marks_of, rows_of
from proof.showing.picture.shapes import Arrow, Bar, Fold, Mark, Picture, Row
from proof.showing.picture.spans import Span, spans_of
from proof.showing.picture.symptoms import BLOCK, leaking, room_for, with_symptoms

SLOTS, ROWS = 9, 5
"""What fits beside each other, and below each other."""


def picture_of(outcome: Outcome) -> Picture:
    """Return the picture of an outcome."""
    outcome = in_one_process(outcome)
    spans = spans_of(outcome.statements)
    rows = rows_of(outcome)
    every, numbers = marks_of(outcome, spans, rows)
    slots, below = room_for(outcome)
    chosen = kept(every, SLOTS - slots, ROWS - below)
    all_slots = _slots(len(every), chosen)
    drawn = _drawn(rows, [every[n] for n in chosen])
    draft = Picture(
        tuple(drawn) or (BLOCK,),
        len(set(all_slots)) or 1,
        tuple(_placed(every[n], all_slots[n], rows, drawn) for n in chosen),
        tuple(_folds(every, chosen, all_slots, rows, drawn)),
    )
    slot_of = [all_slots[n] for n in numbers]
    draft = replace(draft, bars=_apart(tuple(_bars(spans, slot_of, draft)), draft))
    draft = replace(draft, arrows=tuple(_arrows(draft)))
    return with_symptoms(draft, outcome, leaking(outcome, rows))


def _drawn(rows: Sequence[Row], marks: Sequence[Mark]) -> list[Row]:
    shown = {one.row for one in marks}
    return [row for number, row in enumerate(rows) if number in shown]


def _slots(count: int, chosen: Sequence[int]) -> list[int]:
    """Return the slot of each mark; those that are left out share a fold's."""
    slots: list[int] = []
    slot = -1
    for number in range(count):
        slot += number in chosen or number == 0 or number - 1 in chosen
        slots.append(slot)
    return slots


def _placed(mark: Mark, at: int, rows: Sequence[Row], drawn: Sequence[Row]) -> Mark:
    return replace(mark, at=at, row=drawn.index(rows[mark.row]))


def _folds(
    every: Sequence[Mark],
    chosen: Sequence[int],
    slots: Sequence[int],
    rows: Sequence[Row],
    drawn: Sequence[Row],
) -> Iterator[Fold]:
    """Yield what is left out, each in the row of most of it."""
    for first, last in runs(len(every), chosen):
        kinds: Counter[str] = Counter()
        where: Counter[int] = Counter()
        left = every[first : last + 1]
        for mark in left:
            kinds[mark.kind] += mark.times
            if rows[mark.row] in drawn:
                where[drawn.index(rows[mark.row])] += mark.times
        row = where.most_common(1)[0][0] if where else len(drawn) - 1
        sent = sum(one.sent for one in left)
        yield Fold(slots[first], row, tuple(kinds.most_common()), sent)


def _bars(
    spans: Iterable[Span], slot_of: Sequence[int], picture: Picture
) -> Iterator[Bar]:
    """Yield the bars, in each row of their connection that sent something in them."""
    folded = {one.at for one in picture.folds}
    for span in spans:
        first = slot_of[span.first]
        last = slot_of[span.last] if span.last >= 0 else picture.slots - 1
        if first == last and first in folded:
            continue
        for number, row in enumerate(picture.rows):
            within = [one for one in picture.marks if first <= one.at <= last]
            sent = any(one.row == number for one in within)
            if row.connection == span.connection and sent:
                yield Bar(number, first, last, span.ends, span.depth)


def _apart(bars: Sequence[Bar], picture: Picture) -> tuple[Bar, ...]:
    """Return the bars; a fold with an end and a beginning goes to who begins there."""
    folded = {one.at for one in picture.folds}
    begin = {(one.row, one.depth, one.first) for one in bars}
    return tuple(
        replace(one, last=one.last - 1)
        if one.first < one.last
        and one.last in folded
        and (one.row, one.depth, one.last) in begin
        else one
        for one in bars
    )


def _arrows(picture: Picture) -> Iterator[Arrow]:
    """Yield where the next statement came from another thread."""
    for before, after in pairwise(picture.marks):
        threads = {picture.rows[one.row].thread for one in (before, after)}
        if after.at == before.at + 1 and len(threads) == 2:
            yield Arrow(after.at, before.row, after.row)
