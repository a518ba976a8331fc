"""A picture as text, for a terminal: a line for each row, slots to the right."""

from collections.abc import Iterator
from itertools import pairwise

from proof.showing.picture.labels import NOTHING, SAID, left_out
from proof.showing.picture.shapes import Mark, Picture
from proof.showing.picture.words import named, symptoms

GAP = 2


def text(picture: Picture) -> str:
    """Return the rows below each other, then the words of what is no statement."""
    names = [named(row) for row in picture.rows]
    widths = [*map(len, names)]
    cells = _cells(picture)
    lines = [
        f"{name:{max(widths)}}  {_row(picture, number, cells)}".rstrip()
        for number, name in enumerate(names)
        if any(row == number for row, _ in cells)
    ]
    return "\n".join([*(lines or [NOTHING]), *symptoms(picture)])


def _row(picture: Picture, row: int, cells: dict[tuple[int, int], str]) -> str:
    starts = [*_starts(picture.slots, cells)]
    return "".join(
        f"{cells.get((row, slot), ''):{end - start}}"
        for slot, (start, end) in enumerate(pairwise(starts))
    )


def _starts(slots: int, cells: dict[tuple[int, int], str]) -> Iterator[int]:
    """Yield the column of each slot, which is as wide as the widest of its words."""
    column = 0
    for slot in range(slots):
        yield column
        widths = [len(words) for (_, at), words in cells.items() if at == slot]
        column += max(widths, default=0) + GAP * bool(widths)
    yield column


def _cells(picture: Picture) -> dict[tuple[int, int], str]:
    """Return the words of each mark, by row and slot."""
    cells = {(one.row, one.at): _said(one) for one in picture.marks}
    for fold in picture.folds:
        cells[fold.row, fold.at] = " ".join(filter(None, left_out(fold)))
    for bar in picture.bars:
        for slot, form in ((bar.first, "[{}"), (bar.last, "{}]" * bool(bar.ends))):
            if (bar.row, slot) in cells and form:
                cells[bar.row, slot] = form.format(cells[bar.row, slot])
    return cells


def _said(mark: Mark) -> str:
    words = f"{mark.kind} {mark.table}".strip() + f" ×{mark.times}" * (mark.times > 1)
    return f"{words}: {SAID[mark.fate]}" if mark.fate in SAID else words
