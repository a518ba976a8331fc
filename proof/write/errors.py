"""docs/errors.md: an entry for each message, found by pasting it into the search."""

import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from itertools import groupby

from proof.errors import MarkdownError
from proof.example import lane_order
from proof.extract import ROOT
from proof.page.library import Library
from proof.page.messages import Entry, Situation, entries
from proof.page.words import lanes_in_short

FIRST = ROOT / "docs" / "errors.toml"
"""What to ask first, by an entry's anchor."""
HEAD = ("| You see | It is | Do | Never | Seen on |", "|---|---|---|---|---|")
SHOWN = 100
"""Characters of a message in the index."""


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page of errors.

    Raises:
        MarkdownError: docs/errors.toml has a text for an entry that is not there.
    """
    found = entries(known)
    here = [one for one in found if one.message.page == "errors"]
    ask = read_first({one.message.slug for one in here})
    return {
        "index": "\n".join(map(_line, found)),
        "entries": "\n\n".join("\n\n".join(_entry(one, ask)) for one in here),
    }


def read_first(slugs: set[str]) -> Mapping[str, str]:
    """Return what to ask first, by an entry's anchor."""
    text = FIRST.read_text("utf-8")
    asked = {slug: one.strip() for slug, one in tomllib.loads(text).items()}
    for slug in asked.keys() - slugs:
        line = text[: text.index(slug)].count("\n") + 1
        raise MarkdownError(
            f"docs/{FIRST.name}", line, f'errors.md has no entry "{slug}"',
            "Take the anchor of an entry's heading.",
        )  # fmt: skip
    return asked


def soe(known: Library) -> Mapping[str, str]:
    """Return what is written into the page of the error that everybody meets."""
    (entry,) = (one for one in entries(known) if one.message.page == "soe")
    texts = (_heading(entry, 2), *_by_place(entry), *_recorded(entry))
    return {"entry": "\n\n".join(texts)}


def _line(entry: Entry) -> str:
    number = len(entry.situations)
    times = f", in {number} situations" if number > 1 else ""
    one = entry.message
    to = f"#{one.slug}" if one.page == "errors" else f"{one.page}.md#{one.slug}"
    return f"- [{code(shorten(one.line, SHOWN))}]({to}), `{one.name}`{times}"


def _entry(entry: Entry, ask: Mapping[str, str]) -> Iterator[str]:
    yield _heading(entry, 3)
    if entry.message.slug in ask:
        yield ask[entry.message.slug]
    named = sorted(entry.situations, key=lambda one: not _says(one, entry))
    yield "\n".join([*HEAD, *map(row_of, named)])
    yield from _recorded(entry)


def _says(situation: Situation, entry: Entry) -> bool:
    """Return whether a row begins with this message, not with what came of it."""
    said, line = re.findall(r"`([^`]+)`", situation.row.see), entry.message.line
    return any(one in line or line in one for one in said)


def _heading(entry: Entry, level: int) -> str:
    return f"{'#' * level} {code(_title(entry))} {{ #{entry.message.slug} }}"


def _title(entry: Entry) -> str:
    return f"{entry.message.name}: {entry.message.line}"


def _recorded(entry: Entry) -> Iterator[str]:
    """Yield the messages as they were recorded, unless the heading is all of them."""
    if entry.recorded == (_title(entry),):
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
