"""The decision tree: read from guide/data/pattern.toml, shown as nested lists of links.

`fence` is the formatter of a custom fence, beside that of the examples: what the fence
holds is the name of the node that it shows. The first node is tiles, the others are
plain text in lists: they can be read aloud, and need no width. `docs/assets/walk.js`
walks through these lists, a question at a time.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pymdownx.superfences import (
    SuperFencesException,
)

from proof.errors import MarkdownError
from proof.project import ROOT
from proof.showing.html import prose, relative, tag, titled
from proof.showing.library import Library, read_library

TREE = ROOT / "guide" / "data" / "pattern.toml"
PAGE = "pattern"
"""The page that shows the tree; links begin there."""


@dataclass(frozen=True)
class Leaf:
    """Where a path ends: a rule, the ✅ to copy, and the page or section to read."""

    rule: str
    example: str
    page: str


@dataclass(frozen=True)
class Node:
    """A question, and by its answer the name of the node or leaf that follows."""

    question: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Tree:
    """All nodes and leaves by name, and the first node."""

    first: str
    nodes: Mapping[str, Node]
    leaves: Mapping[str, Leaf]

    def branch_of(self, example: str) -> str | None:
        """Return the first answer's name below which an example is copied, if any."""
        for given, leaf in self.paths():
            if leaf.example == example:
                return self.nodes[self.first].answers[given[0]]
        return None

    def paths(self) -> Iterator[tuple[tuple[str, ...], Leaf]]:
        """Yield every way from the first question: the answers given, and its leaf.

        Raises:
            ValueError: an answer leads back to a question that was asked before.
        """
        yield from self._paths(self.first, (), ())

    def _paths(
        self, name: str, asked: tuple[str, ...], given: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], Leaf]]:
        if name in asked:
            raise ValueError(f"{name} leads back to itself: {' > '.join(given)}")
        if name in self.leaves:
            yield given, self.leaves[name]
            return
        for answer, to in self.nodes[name].answers.items():
            yield from self._paths(to, (*asked, name), (*given, answer))


def read_tree(path: Path = TREE) -> Tree:
    """Return the tree that a file describes.

    Raises:
        MarkdownError: an answer leads to a name that is neither a node nor a leaf.
    """
    return _tree_of(path, path.read_text("utf-8"))


@lru_cache(maxsize=1)
def _tree_of(path: Path, text: str) -> Tree:
    data = tomllib.loads(text)
    nodes = {name: _node(one) for name, one in data["node"].items()}
    leaves = {name: Leaf(**one) for name, one in data["leaf"].items()}
    for to in (to for node in nodes.values() for to in node.answers.values()):
        if to not in nodes and to not in leaves:
            before = text[: text.index(f'to = "{to}"')]
            raise MarkdownError(
                f"docs/{path.name}",
                before.count("\n") + 1,
                f'an answer leads to "{to}", which is neither a node nor a leaf',
                "Name one that is there, or write it.",
            )
    return Tree(data["first"], nodes, leaves)


def _node(one: Mapping[str, Any]) -> Node:
    answers = {each["answer"]: each["to"] for each in one["answers"]}
    return Node(one["question"], answers)


def fence(
    source: str,
    language: str,
    class_name: str,
    options: Mapping[str, str],
    md: Any,
    **others: Any,
) -> str:
    """Return a node and all that follows as lists; the formatter of the fence.

    Of the first node only the answers are shown: each has a heading of its own.
    """
    try:
        tree, name = read_tree(), source.strip()
        list(tree.paths())
        shown = _overview(tree) if name == tree.first else _branch(tree, name)
        return str(tag("div", *shown, class_="tree"))
    except Exception as error:
        problem = f"the tree cannot be shown: {type(error).__name__}: {error}"
        address = TREE.relative_to(ROOT)
        then = f"Mend {TREE.name}."
        raise SuperFencesException(
            str(MarkdownError(address, 1, problem, then))
        ) from error


def _overview(tree: Tree) -> tuple[Markup, ...]:
    first = tree.nodes[tree.first]
    tiles = (
        tag("a", prose(one), class_="tile", data_to=to, href=f"#{to}")
        for one, to in first.answers.items()
    )
    asked = tag("p", tag("strong", prose(first.question)), class_="asked")
    return (tag("div", asked, tag("div", *tiles, class_="tiles"), class_="walk"),)


def _branch(tree: Tree, name: str) -> tuple[Markup, ...]:
    asked = tag("p", prose(tree.nodes[name].question), class_="asked")
    return asked, _answers(tree, name)


def _answers(tree: Tree, name: str) -> Markup:
    known = read_library()
    rows = (_answer(tree, *one, known) for one in tree.nodes[name].answers.items())
    return tag("ul", *rows)


def _answer(tree: Tree, answer: str, to: str, known: Library) -> Markup:
    said = tag("strong", prose(answer))
    if to in tree.leaves:
        leaf = tag("span", _leaf(tree.leaves[to], known), class_="leaf")
        return tag("li", said, ": ", leaf, data_to=to)
    asked = tag("span", prose(tree.nodes[to].question), class_="asked")
    return tag("li", said, ": ", asked, _answers(tree, to), data_to=to)


def _leaf(leaf: Leaf, known: Library) -> Markup:
    example = known.by_id[leaf.example]
    copied = relative(PAGE, example.page) + f"#{example.id}"
    name, _, section = leaf.page.partition("#")
    about = relative(PAGE, name.removesuffix(".md")) + f"#{section}" * bool(section)
    return Markup("{} {}; why: {}").format(
        prose(leaf.rule),
        tag("a", titled(example), href=copied),
        tag("a", prose(_name_of(name)), href=about),
    )


def _name_of(page: str) -> str:
    """Return the heading of a page of the guide."""
    heading, _, _ = (ROOT / "docs" / page).read_text("utf-8").partition("\n")
    return heading.removeprefix("# ")
