"""Anchors for the rows of mistakes, so that an example can lead to its own.

A side of Python-Markdown: an extension that is named in mkdocs.yml.
"""

import json
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from guide.mistakes import HEAD

AFTER_LINKS = 6
"""After inline Markdown (20), before anchors are collected (5) and links rewritten."""
WIDE = 3
"""Columns of a table that a phone shows as cards."""


class Rows(Treeprocessor):
    """Gives each row of a table of mistakes the id that `Row.anchor` names."""

    def run(self, root: Element) -> None:
        """Mark the rows of mistakes; let each wide table know its columns' names."""
        for table in root.iter("table"):
            heads = tuple("".join(one.itertext()) for one in table.iter("th"))
            if len(heads) >= WIDE:
                _name_columns(table, heads)
            if heads == HEAD:
                for row in table.iter("tr"):
                    _mark(row)


def _name_columns(table: Element, heads: tuple[str, ...]) -> None:
    """Let the style sheet write a column's name before a cell of it."""
    named = (f"--c{n}:{json.dumps(head)}" for n, head in enumerate(heads, 1))
    table.set("style", ";".join(named))


def _mark(row: Element) -> None:
    cells = row.findall("td")
    links = cells[-1].iter("a") if cells else ()
    targets = [link.get("href", "").partition("#")[2] for link in links]
    if any(targets):
        row.set("id", f"never-{next(filter(None, targets))}")


class RowsExtension(Extension):
    """The extension that mkdocs.yml names."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Add the treeprocessor."""
        md.treeprocessors.register(Rows(md), "rows_of_mistakes", AFTER_LINKS)


def makeExtension(**options: Any) -> RowsExtension:
    """Return the extension, as Python-Markdown asks for it."""
    return RowsExtension(**options)
