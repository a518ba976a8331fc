"""The pages by message: an entry for each, with every situation that gave it."""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from guide.index import Entry, Situation, entries
from guide.write.ask import read_first
from guide.write.mistakes_table import HEAD, code, line_of, row_of
from proof.showing.library import Library

SHORT = "SOE"


def page(name: str) -> Callable[[Library], Mapping[str, str]]:
    """Return the function that writes the entries of one page."""

    def parts(known: Library) -> Mapping[str, str]:
        found = entries(known)
        ask = read_first({one.message.slug for one in found})
        here = (one for one in found if one.message.page == name)
        return {"entries": "\n\n".join("\n\n".join(_entry(one, ask)) for one in here)}

    return parts


def with_others(known: Library) -> Mapping[str, str]:
    """Return what is written into the page that once had every entry.

    What is elsewhere has its anchor here still, on the link that leads there.
    """
    others = (one for one in entries(known) if one.message.page != "errors")
    return {
        **page("errors")(known),
        "elsewhere": "\n".join(map(_elsewhere, others)),
    }


def _elsewhere(entry: Entry) -> str:
    end = f"#{entry.message.slug})"
    return line_of(entry).replace(end, f"{end}{{ #{entry.message.slug} }}", 1)


def soe(known: Library) -> Mapping[str, str]:
    """Return what is written into the page of the error that everybody meets."""
    (entry,) = (one for one in entries(known) if one.message.page == "soe")
    texts = (_heading(entry), *_by_place(entry), *_recorded(entry))
    return {"entry": "\n\n".join(texts)}


def _entry(entry: Entry, ask: Mapping[str, str]) -> Iterator[str]:
    yield _heading(entry)
    if entry.message.slug in ask:
        yield ask[entry.message.slug]
    named = sorted(entry.situations, key=lambda one: not one.says(entry.message))
    yield "\n".join([*HEAD, *(row_of(one, _see(one, entry)) for one in named)])
    yield from _recorded(entry)


def _see(situation: Situation, entry: Entry) -> str:
    """Return where a message was met, and what the row says beside the message."""
    row = situation.row
    where, said = row.section, row.see.strip("`")
    return where if said == entry.message.line else f"{where}: {row.see}"


def _heading(entry: Entry) -> str:
    return f"## {code(entry.message.title)} {{ #{entry.message.slug} .entry }}"


def _recorded(entry: Entry) -> Iterator[str]:
    """Yield the messages as they were recorded, unless the heading is all of them."""
    if [text.removesuffix(":") for text in entry.recorded] == [entry.message.title]:
        return
    if any("\n" in text for text in entry.recorded):
        yield "Recorded:\n{ .recorded }"
        yield "\n\n".join(f"```text\n{text}\n```" for text in entry.recorded)
    else:
        yield f"Recorded: {' · '.join(map(code, entry.recorded))}\n{{ .recorded }}"


def _by_place(entry: Entry) -> Iterator[str]:
    """Yield a heading and a table for each place in which it was met."""
    for place, rows in groupby(entry.situations, lambda one: one.row.section):
        yield f"### {place} {{ .entry }}"
        yield "\n".join([*HEAD, *(row_of(one, _at(one)) for one in rows)])


def _at(situation: Situation) -> str:
    """Return a symptom without the message that the page is about."""
    see = situation.row.see
    said = see.removeprefix(f"{SHORT} ").removeprefix(f"{SHORT}, ")
    return said[:1].upper() + said[1:]
