"""The decision tree: read from docs/pattern.toml, shown as nested lists of links.

`fence` is the formatter of a custom fence, beside that of the examples. What it writes
is plain text in lists: it can be read aloud, and needs no width.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pymdownx.superfences import (  # type: ignore[import-untyped]
    SuperFencesException,
)

from proof.errors import MarkdownError
from proof.extract import ROOT
from proof.page.anchors import announce
from proof.page.html import prose, relative, tag, titled
from proof.page.library import Library, read_library

TREE = ROOT / "docs" / "pattern.toml"
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

    def paths(self) -> Iterator[tuple[tuple[str, ...], Leaf]]:
        """Yield every way from the first question: the answers given, and its leaf.

        Raises:
            KeyError: an answer leads to a name that is neither a node nor a leaf.
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
    """Return the tree that a file describes."""
    data = tomllib.loads(path.read_text("utf-8"))
    nodes = {name: _node(one) for name, one in data["node"].items()}
    leaves = {name: Leaf(**one) for name, one in data["leaf"].items()}
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
    """Return the tree as nested lists; the formatter of the fence.

    What the fence holds is for readers of the Markdown, and is not shown.
    """
    try:
        tree = read_tree()
        list(tree.paths())
        for name in tree.nodes[tree.first].answers.values():
            announce(name, md)
        return str(_shown(tree, read_library()))
    except Exception as error:
        problem = f"the tree cannot be shown: {type(error).__name__}: {error}"
        address = TREE.relative_to(ROOT)
        then = f"Mend {TREE.name}."
        raise SuperFencesException(
            str(MarkdownError(address, 1, problem, then))
        ) from error


def _shown(tree: Tree, known: Library) -> Markup:
    first = tree.nodes[tree.first]
    asked = tag("p", tag("strong", prose(first.question)))
    ways = [tag("a", prose(one), href=f"#{to}") for one, to in first.answers.items()]
    rows = (_answer(tree, *one, known, id=one[1]) for one in first.answers.items())
    return tag(
        "div", asked, tag("p", Markup(" · ").join(ways)), tag("ul", *rows),
        class_="tree",
    )  # fmt: skip


def _answer(tree: Tree, answer: str, to: str, known: Library, **ids: str) -> Markup:
    said = tag("strong", prose(answer))
    if to in tree.leaves:
        return tag("li", said, ": ", _leaf(tree.leaves[to], known), **ids)
    node = tree.nodes[to]
    rows = (_answer(tree, *one, known) for one in node.answers.items())
    return tag("li", said, ": ", prose(node.question), tag("ul", *rows), **ids)


def _leaf(leaf: Leaf, known: Library) -> Markup:
    example = known.by_id[leaf.example]
    copied = relative(PAGE, example.page) + f"#{example.id}"
    name, _, section = leaf.page.partition("#")
    about = relative(PAGE, name.removesuffix(".md")) + f"#{section}" * bool(section)
    return Markup("{} {}, in {}").format(
        prose(leaf.rule),
        tag("a", titled(example), href=copied),
        tag("a", prose(_name_of(name)), href=about),
    )


def _name_of(page: str) -> str:
    """Return the heading of a page of the guide."""
    heading, _, _ = (TREE.parent / page).read_text("utf-8").partition("\n")
    return heading.removeprefix("# ")
