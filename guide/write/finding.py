"""The lists that lead to a fix without a script: by message, by symptom, by place."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlencode

from markupsafe import Markup

from guide.index import Entry, Symptom, address, entries, homes, symptoms
from guide.mistakes import Row
from guide.write.mistakes_table import NOTHING, anchor, line_of, slug
from proof.showing.html import tag
from proof.showing.library import Library

MISSING = "Rows missing, nothing logged"
ABOUT = {
    MISSING: "Fourteen parents are there, none of their children, or not where they "
    "belong, and the task has succeeded. [Five probes](missing.md) tell which of these "
    "it is."
}
"""What stands below the heading of a place."""


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page of the finder."""
    found = entries(known)
    soe = next(one for one in found if one.message.page == "soe")
    return {
        "tiles": _tiles(known),
        "symptoms": "\n".join([_soe(soe), *map(_symptom, symptoms(known))]),
        "messages": "\n".join(map(line_of, found)),
    }


def by_place(known: Library) -> Mapping[str, str]:
    """Return what is written into the page of mistakes: each, in a line, by place."""
    places: dict[str, list[Row]] = {}
    for row in homes(known):
        places.setdefault(row.section, []).append(row)
    sections = (_place(place, rows, known) for place, rows in places.items())
    return {"places": "\n\n".join("\n\n".join(one) for one in sections)}


def _tiles(known: Library) -> str:
    """Return what can be chosen, as links; each is a state of the finder."""
    see = {
        "soe": "SynchronousOnlyOperation",
        "message": "Message: another exception or a warning",
        **{one.name: one.heading for one in symptoms(known)},
    }
    places = dict.fromkeys(row.section for row in homes(known))
    asked = (
        ("see", "What do you see?", see.items()),
        ("in", "Where does it run?", ((one, one) for one in places)),
    )
    return "\n".join(str(_asked(*one)) for one in asked)


def _asked(key: str, question: str, tiles: Iterable[tuple[str, str]]) -> Markup:
    links = (
        tag("a", *_worded(words), class_="tile", href=f"?{urlencode({key: value})}")
        for value, words in tiles
    )
    asked = tag("p", question, id=f"finder-{key}")
    group = tag(
        "div", *links, class_="tiles", role="group", aria_labelledby=f"finder-{key}"
    )
    return asked + group


def _worded(words: str) -> tuple[Markup, str]:
    name, _, means = words.partition(": ")
    return tag("b", name), f" {means}" * bool(means)


def _soe(entry: Entry) -> str:
    links = _places(
        (one.row.section, f"soe.md#{slug(one.row.section)}") for one in entry.situations
    )
    return f"- [SynchronousOnlyOperation](soe.md): {links}"


def _symptom(one: Symptom) -> str:
    links = _places(
        (row.section, f"{one.page}.md#{anchor(one.name, row.section)}")
        for row in (situation.row for situation in one.situations)
    )
    name, _, means = one.heading.partition(": ")
    return f"- [{name}]({one.page}.md#{one.name}), {means}: {links}"


def _places(found: Iterable[tuple[str, str]]) -> str:
    """Return a link to each place, with the number of mistakes that are met there."""
    counted: dict[tuple[str, str], int] = {}
    for one in found:
        counted[one] = counted.get(one, 0) + 1
    return ", ".join(
        f"[{place[:1].lower()}{place[1:]}]({to}) {number}"
        for (place, to), number in counted.items()
    )


def _place(place: str, rows: Iterable[Row], known: Library) -> Iterator[str]:
    yield f"## {place}"
    if place in ABOUT:
        yield ABOUT[place]
    yield "\n".join(
        f"- [{_plain(row)}]({address(row, known)}){{ #{row.anchor} }}" for row in rows
    )


def _plain(row: Row) -> str:
    """Return a symptom as the words of a link."""
    said = row.see.removeprefix(NOTHING)
    return said.replace("[", "\\[").replace("]", "\\]")
