"""Rows of mistakes as the pages of the index show them: the fix first."""

import re
import textwrap
from typing import TYPE_CHECKING

from guide.rows import SHOWN
from proof.example import lane_order
from proof.showing.words import lanes_in_short

if TYPE_CHECKING:
    from guide.index import Entry, Situation

HEAD = (f"| {' | '.join(SHOWN)} |", "|---" * len(SHOWN) + "|")
WIDTH = 100
"""Characters of a message in a list."""
NOTHING = "nothing; "
"""How a symptom begins that has no message; on its page, that goes without saying."""


SOE = re.compile(r"\bSOE\b")


def spelt_out(see: str) -> str:
    """Return a symptom without the short form that is not explained everywhere."""
    return SOE.sub("`SynchronousOnlyOperation`", see)


def row_of(situation: "Situation", see: str | None = None) -> str:
    """Return a row as a page shows it; its symptom is said in other words if given."""
    row = situation.row
    seen = spelt_out(row.see.removeprefix(NOTHING)) if see is None else see
    cells = (seen, row.do, row.what, row.never, lanes_of(situation))
    return f"| {' | '.join(cells)} |"


def line_of(entry: "Entry") -> str:
    """Return a message as a line of a list that leads to its entry."""
    one, number = entry.message, len(entry.situations)
    said = one.title if len(one.line) < len(one.name) else one.line
    name = "" if said != one.line else f" `{one.name}`"
    times = f", in {number} situations" if number > 1 else ""
    text = code(shorten(said, WIDTH))
    return f"- [{text}]({one.page}.md#{one.slug}){name}{times}"


def lanes_of(situation: "Situation") -> str:
    """Return the lanes in which any ❌ of a situation was seen.

    A database alone says nothing more beside what another ❌ ran under on it.
    """
    lanes = {lane for one in situation.seen.values() for lane in one}
    said_already = {lane.partition("/")[0] for lane in lanes if "/" in lane}
    return lanes_in_short(sorted(lanes - said_already, key=lane_order))


def anchor(symptom: str, place: str) -> str:
    """Return the anchor of a symptom's rows in one place."""
    return f"{symptom}-{slug(place)}"


def slug(place: str) -> str:
    """Return a place as an anchor."""
    return "-".join(place.lower().replace(",", "").split())


def code(text: str) -> str:
    """Return text as code, which may hold backticks itself."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def shorten(text: str, width: int) -> str:
    """Return the words of a text that fit, and … for the others."""
    return textwrap.shorten(text, width, placeholder=" …")
