"""docs/errors.md: an entry for each message, found by pasting it into the search."""

import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from itertools import groupby

from guide.messages import Entry, Situation, entries
from guide.write.mistakes_table import HEAD, row_of
from proof.errors import MarkdownError
from proof.project import ROOT
from proof.showing.library import Library

FIRST = ROOT / "guide" / "data" / "errors.toml"
"""What to ask first, by an entry's anchor."""
SHOWN = 100
"""Characters of a message in the index."""


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page of errors.

    Raises:
        MarkdownError: guide/data/errors.toml has a text for an entry that is not there.
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
            f"docs/{FIRST.name}",
            line,
            f'errors.md has no entry "{slug}"',
            "Take the anchor of an entry's heading.",
        )
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


def code(text: str) -> str:
    """Return text as code, which may hold backticks itself."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def shorten(text: str, width: int) -> str:
    """Return the words of a text that fit, and … for the others."""
    return textwrap.shorten(text, width, placeholder=" …")
