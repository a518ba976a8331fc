"""Rows of docs/mistakes.md, as the indexes of errors and of silence show them."""

from typing import TYPE_CHECKING

from proof.example import lane_order
from proof.showing.words import lanes_in_short

if TYPE_CHECKING:
    from guide.messages import Situation

HEAD = ("| Symptom | Cause | Fix | Don't | Seen on |", "|---|---|---|---|---|")


def row_of(situation: "Situation") -> str:
    """Return a row of mistakes as it stands in an index, with a link to itself."""
    row = situation.row
    where = row.section[:1].lower() + row.section[1:]
    see = f"[{where}](mistakes.md#{row.anchor}): {row.see.removeprefix('nothing; ')}"
    cells = (see, row.what, row.do, row.never, lanes_of(situation))
    return f"| {' | '.join(cells)} |"


def lanes_of(situation: "Situation") -> str:
    """Return the lanes in which any ❌ of a situation was seen."""
    lanes = {lane for one in situation.seen.values() for lane in one}
    return lanes_in_short(sorted(lanes, key=lane_order))
