"""Terms of the glossary, linked where a page first uses them.

A side of Python-Markdown: an extension that is named in mkdocs.yml. The words of a
page are linked, not those of its headings, code and links. A word that means something
in plain English too, such as *place* or *lost*, is linked where it is emphasised.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from posixpath import dirname, relpath
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from guide.rows import AFTER_LINKS
from proof.claims.kinds import SYMPTOMS
from proof.project import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
TERM = re.compile(r"^(?![:#\s])(.+)\n(?=: )", re.MULTILINE)
SKIPPED = {"a", "code", "pre", "dt", "th", *(f"h{level}" for level in range(1, 7))}
DOCSTRINGS = "reference/"
"""Pages of which each paragraph is made by itself, and has no first use."""
ALSO_PLAIN = {"place", *SYMPTOMS}
"""Terms that are linked only where they stand for themselves."""


def read_terms() -> dict[str, str]:
    """Return each term in small letters, with its anchor; ASGI, WSGI are two."""
    text = GLOSSARY.read_text("utf-8") if GLOSSARY.exists() else ""
    heads = TERM.findall(text)
    return {
        term.strip("`").lower(): anchor_of(head)
        for head in heads
        for term in head.split(", ")
    }


def anchor_of(head: str) -> str:
    """Return the anchor of an entry."""
    return re.sub(r"[^a-z0-9_]+", "-", head.lower().replace("'", "")).strip("-")


class Linker:
    """Links each term once; `left` are those that the page has not used yet."""

    def __init__(self, to: str, terms: Mapping[str, str]) -> None:
        self.to, self.left = to, dict(terms)
        self.words = self._pattern()

    def link(self, parent: Element) -> None:
        """Link the terms in an element and below it, in the order of reading."""
        nodes = [parent.text, *chain(*((one, one.tail) for one in parent))]
        parent.text = None
        parent[:] = []
        for node in nodes:
            if isinstance(node, Element):
                node.tail = None
                _add(parent, self._child(node))
            else:
                for piece in self._pieces(node or ""):
                    _add(parent, piece)

    def _child(self, child: Element) -> Element:
        word = (child.text or "").lower()
        if child.tag in ("code", "em") and not len(child) and word in self.left:
            link = self._link(word)
            link.append(child)
            return link
        if child.tag not in SKIPPED:
            self.link(child)
        return child

    def _pieces(self, text: str) -> Iterator[str | Element]:
        """Yield a text in order, with a link in place of each first use of a term."""
        while self.left and (found := self.words.search(text)):
            link = self._link(found["term"].lower())
            link.text = found[0]
            yield text[: found.start()]
            yield link
            text = text[found.end() :]
        yield text

    def _link(self, term: str) -> Element:
        anchor = self.left[term]
        self.left = {one: to for one, to in self.left.items() if to != anchor}
        self.words = self._pattern()
        return Element("a", {"class": "term", "href": f"{self.to}#{anchor}"})

    def _pattern(self) -> re.Pattern[str]:
        """Return what finds the terms that are left, the longer ones first.

        The example project is no example.
        """
        terms = sorted(set(self.left) - ALSO_PLAIN, key=len, reverse=True)
        words = "|".join(map(re.escape, terms)) or "(?!)"
        return re.compile(
            rf"(?<![\w-])(?P<term>{words})s?(?![\w-]| project)", re.IGNORECASE
        )


class Terms(Treeprocessor):
    """Marks the entries of the glossary, and links to them from other pages."""

    def run(self, root: Element) -> None:
        """Change the page, if MkDocs says which one it is."""
        if "relpath" not in self.md.treeprocessors:
            return
        page = self.md.treeprocessors["relpath"].file.src_uri
        if page == GLOSSARY.name:
            for entry in root.iter("dt"):
                entry.set("id", anchor_of("".join(entry.itertext())))
        elif not page.startswith(DOCSTRINGS):
            to = relpath(GLOSSARY.name, dirname(page) or ".")
            Linker(to, read_terms()).link(root)


class TermsExtension(Extension):
    """The extension that mkdocs.yml names."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Add the treeprocessor."""
        md.treeprocessors.register(Terms(md), "terms", AFTER_LINKS)


def makeExtension(**options: Any) -> TermsExtension:
    """Return the extension, as Python-Markdown asks for it."""
    return TermsExtension(**options)


def _add(parent: Element, piece: str | Element) -> None:
    if isinstance(piece, Element):
        parent.append(piece)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + piece
    else:
        parent.text = (parent.text or "") + piece
