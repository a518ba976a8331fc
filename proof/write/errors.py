"""docs/errors.md: an entry for each message, found by pasting it into the search."""

import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby

from proof.example import lane_order
from proof.page.library import Library
from proof.page.messages import Entry, Situation, entries
from proof.page.words import lanes_in_short

HEAD = ("| You see | It is | Do | Never | Seen on |", "|---|---|---|---|---|")
SHOWN = 100
"""Characters of a message in the index."""


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page of errors."""
    found = entries(known)
    here = (one for one in found if one.message.page == "errors")
    return {
        "index": "\n".join(map(_line, found)),
        "entries": "\n\n".join("\n\n".join(_entry(one)) for one in here),
    }


def soe(known: Library) -> Mapping[str, str]:
    """Return what is written into the page of the error that everybody meets."""
    (entry,) = (one for one in entries(known) if one.message.page == "soe")
    return {"entry": "\n\n".join([*_head(entry, 2), *_by_place(entry)])}


def _line(entry: Entry) -> str:
    number = len(entry.situations)
    times = f", in {number} situations" if number > 1 else ""
    one = entry.message
    to = f"#{one.slug}" if one.page == "errors" else f"{one.page}.md#{one.slug}"
    return f"- [{code(shorten(one.line, SHOWN))}]({to}), `{one.name}`{times}"


def _entry(entry: Entry) -> Iterator[str]:
    yield from _head(entry, 3)
    yield "\n".join([*HEAD, *map(row_of, entry.situations)])


def _head(entry: Entry, level: int) -> Iterator[str]:
    one = entry.message
    title = f"{one.name}: {one.line}"
    yield f"{'#' * level} {code(title)} {{ #{one.slug} }}"
    if entry.recorded == (title,):
        return
    if any("\n" in text for text in entry.recorded):
        yield "Recorded:"
        yield "\n\n".join(f"```text\n{text}\n```" for text in entry.recorded)
    else:
        yield f"Recorded: {' · '.join(map(code, entry.recorded))}"


def _by_place(entry: Entry) -> Iterator[str]:
    """Yield a heading and a table for each section of the page on mistakes."""
    for section, rows in groupby(entry.situations, lambda one: one.row.section):
        yield f"### {section}"
        yield "\n".join([*HEAD, *map(row_of, rows)])


def row_of(situation: Situation) -> str:
    """Return a row of mistakes as it stands in an index, with a link to itself."""
    row = situation.row
    where = row.section[:1].lower() + row.section[1:]
    see = f"[{where}](mistakes.md#{row.anchor}): {row.see.removeprefix('nothing; ')}"
    cells = (see, row.what, row.do, row.never, lanes_of(situation))
    return f"| {' | '.join(cells)} |"


def lanes_of(situation: Situation) -> str:
    """Return the lanes in which any ❌ of a situation was seen."""
    lanes = {lane for one in situation.seen.values() for lane in one}
    return lanes_in_short(sorted(lanes, key=lane_order))


def code(text: str) -> str:
    """Return text as code, which may hold backticks itself."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def shorten(text: str, width: int) -> str:
    """Return the words of a text that fit, and … for the others."""
    return textwrap.shorten(text, width, placeholder=" …")
