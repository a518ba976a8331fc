"""Rows of mistakes as cards, the fix first; and wide tables that a phone can show.

A side of Python-Markdown: an extension that is named in mkdocs.yml. The Markdown of a
page keeps its tables; a card has an id, so that an example can lead to its own.
"""

import json
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

AFTER_LINKS = 6
"""After inline Markdown (20), before anchors are collected (5) and links rewritten."""
SHOWN = ("Symptom", "Fix", "Cause", "Don't", "Seen on")
"""The columns of a table of mistakes."""
WIDE = 3
"""Columns of a table that a phone shows as cards."""


class Rows(Treeprocessor):
    """Draws each table of mistakes as cards, each with the id of its row."""

    def run(self, root: Element) -> None:
        """Draw the cards; let each other wide table know its columns' names."""
        for table in list(root.iter("table")):
            heads = tuple("".join(one.itertext()) for one in table.iter("th"))
            if heads == SHOWN:
                _as_cards(table)
            elif len(heads) >= WIDE:
                _name_columns(table, heads)


def _name_columns(table: Element, heads: tuple[str, ...]) -> None:
    """Let the style sheet write a column's name before a cell of it."""
    named = (f"--c{n}:{json.dumps(head)}" for n, head in enumerate(heads, 1))
    table.set("style", ";".join(named))


def _as_cards(table: Element) -> None:
    rows = [row.findall("td") for row in table.iter("tr")]
    table.clear()
    table.tag = "ul"
    table.set("class", "fixes")
    for cells in filter(None, rows):
        table.append(_card(*cells))


def _card(
    see: Element, do: Element, what: Element, never: Element, on: Element
) -> Element:
    """Return a card: the symptom, the fix, then the cause and where it was seen."""
    targets = [a.get("href", "").partition("#")[2] for a in never.iter("a")]
    name = f"never-{next(filter(None, targets), '')}"
    card = Element("li", {"id": name})
    seen = _moved(see, SubElement(card, "p", {"class": "see"}))
    link = {"class": "headerlink", "href": f"#{name}", "title": "Permalink"}
    SubElement(seen, "a", link).text = "¶"
    _named("Fix", do, SubElement(card, "p", {"class": "do"}))
    why = _named("Cause", what, SubElement(card, "p"))
    _named("Don't", never, why)
    _named("Seen on", on, why)
    return card


def _named(name: str, cell: Element, to: Element) -> Element:
    SubElement(to, "b").text = name
    part = _moved(cell, SubElement(to, "span"))
    part.tail = " "
    return to


def _moved(cell: Element, to: Element) -> Element:
    """Give an element all that a cell holds."""
    to.text = cell.text
    to.extend(cell)
    return to


class RowsExtension(Extension):
    """The extension that mkdocs.yml names."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Add the treeprocessor."""
        md.treeprocessors.register(Rows(md), "rows_of_mistakes", AFTER_LINKS)


def makeExtension(**options: Any) -> RowsExtension:
    """Return the extension, as Python-Markdown asks for it."""
    return RowsExtension(**options)
