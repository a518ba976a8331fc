"""What a picture shows beside statements: waits, exceptions, leaks, stalls."""

from collections.abc import Sequence
from dataclasses import replace

from proof.outcome import Outcome
from proof.showing.picture.shapes import Bar, Cross, Leak, Picture, Row, Stall, Wait

NAME = 2
"""Slots that the name of an exception takes."""
ENDLESS = 1
"""Slots that a wait goes on for, to show that it does not end."""
OPEN = 1
"""Slots in which something is seen to stay open."""
LEAST = 3
"""Slots below which a line cannot run off the edge, or have a gap."""
BLOCK = Row("", "")
"""The row of what belongs to no thread that is known."""
LOOP = Row("event loop", "")
LEFT = Row("left open", "")


def room_for(outcome: Outcome) -> tuple[int, int]:
    """Return how many slots and rows the symptoms of an outcome take at most."""
    slots = NAME * (outcome.raised is not None) + 2 * ENDLESS * bool(outcome.hang)
    slots += OPEN * bool(outcome.left)
    return slots, bool(outcome.stalls) + bool(outcome.left)


def leaking(outcome: Outcome, rows: Sequence[Row]) -> list[Row]:
    """Return the rows whose connections stayed open.

    The count is recorded, and not whose they are: a row is named where it can only be
    that one.
    """
    others = [row for row in rows if not row.thread.endswith("main thread")]
    for mine in (rows, others):
        if len({one.connection for one in mine}) == outcome.left.connection > 0:
            return [*mine]
    return []


def with_symptoms(
    picture: Picture, outcome: Outcome, stay_open: Sequence[Row]
) -> Picture:
    """Return the picture with what happened beside its statements."""
    rows, slots = list(picture.rows), picture.slots
    wait = _wait(picture, outcome)
    slots = max(slots, wait.at + 1 + ENDLESS) if wait else slots
    cross = _cross(picture, outcome, slots)
    slots += NAME * bool(cross)
    if len(rows) in [one.row for one in (wait, cross) if one]:
        rows.append(BLOCK)
    leaks = [_leak(picture, cross, one, outcome) for one in stay_open if one in rows]
    if outcome.left and not leaks:
        leaks = [Leak(0, len(rows), str(outcome.left))]
        rows.append(LEFT)
    slots = max([slots, *(one.at + OPEN for one in leaks)])
    stalls = [Stall(len(rows), line) for line in dict.fromkeys(outcome.stalls)]
    rows += [LOOP] * bool(stalls)
    return replace(
        picture,
        rows=tuple(rows),
        slots=max(slots, LEAST if stalls or leaks else 1),
        bars=tuple(_to_the_edge(one, picture.slots, slots) for one in picture.bars),
        wait=wait,
        cross=cross,
        leaks=tuple(leaks),
        stalls=tuple(stalls),
    )


def _to_the_edge(bar: Bar, before: int, slots: int) -> Bar:
    """Return a bar; one that nobody ended goes on to the end of the picture."""
    open_ = not bar.ends and bar.last == before - 1
    return replace(bar, last=slots - 1) if open_ else bar


def _wait(picture: Picture, outcome: Outcome) -> Wait | None:
    hang = outcome.hang
    if hang is None:
        return None
    waiting = next((one for one in picture.marks if one.fate == "waits"), None)
    if waiting is None:
        row = _row_at(picture, hang.line)
        return Wait(picture.slots, row, hang.reason, hang.line)
    others = (
        bar.row
        for bar in picture.bars
        if bar.row != waiting.row and not bar.ends and bar.first < waiting.at
    )
    return Wait(waiting.at, waiting.row, hang.reason, hang.line, next(others, None))


def _cross(picture: Picture, outcome: Outcome, at: int) -> Cross | None:
    raised = outcome.raised
    if raised is None:
        return None
    name = raised.type.rpartition(".")[2]
    return Cross(at, _row_at(picture, raised.line), name, raised.line)


def _leak(picture: Picture, cross: Cross | None, row: Row, outcome: Outcome) -> Leak:
    """Return what stays open of a row, behind all that is drawn in it."""
    number = picture.rows.index(row)
    taken = [one.at + 1 for one in picture.marks if one.row == number]
    if cross is not None and cross.row == number:
        taken.append(cross.at + NAME)
    return Leak(max(taken, default=0), number, str(outcome.left))


def _row_at(picture: Picture, line: int) -> int:
    """Return the row to which a line of the block belongs; if that is not known, none.

    None is the one behind the last.
    """
    same = {one.row for one in picture.marks if line and one.line == line}
    rows = same or set(range(len(picture.rows)))
    return rows.pop() if len(rows) == 1 else len(picture.rows)
