"""Plain text beside the pages: llms.txt, llms-full.txt, and each page's Markdown.

They are written once a site is built, so that any builder will do. All addresses are
relative.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from guide.front import trusted
from guide.tree import Tree, read_tree
from proof.example import Example
from proof.showing.library import DOCS, Library, Seen, read_library
from proof.showing.words import headline, lane_names, place_in_words, sentences

FRONT = re.compile(r"\A---\n.*?^---\n\s*", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
RULE = re.compile(r"^\*\*The rule: (.+?)\*\*", re.MULTILINE)
PAIR = re.compile(r"^``` pair\n(.*)\n```$", re.MULTILINE)
TRUST = re.compile(r"^``` trust\n```$", re.MULTILINE)
TREE = re.compile(r"^``` tree\n(.*)\n```$", re.MULTILINE)
FULL = "llms-full.txt"


def write_texts(folder: Path, name: str, nav: Iterable[Any]) -> None:
    """Write the two texts, and each page's Markdown beside the page's folder."""
    (folder / "llms.txt").write_text(index(name, nav), "utf-8")
    (folder / FULL).write_text(full(read_library()), "utf-8")
    for path in DOCS.glob("**/*.md"):
        to = folder / path.relative_to(DOCS)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(markdown(path), "utf-8")


def markdown(path: Path) -> str:
    """Return a page as it was written; the decision tree, which is data, as a list."""
    text = FRONT.sub("", path.read_text("utf-8"))
    known = read_library()
    text = TRUST.sub(lambda it: " ".join(trusted(known)), text)
    text = PAIR.sub(lambda it: _pair(it[1], known), text)
    return TREE.sub(lambda it: _tree(read_tree(), it[1], known), text)


def _pair(name: str, known: Library) -> str:
    """Return a ❌ and its twin as links."""
    both = (known.by_id[name], known.by_id[known.by_id[name].twin or ""])
    return "\n".join(f"- [{one.title}]({one.page}.md#{one.id})" for one in both)


def index(name: str, nav: Iterable[Any]) -> str:
    """Return llms.txt: the pages in the order of the site, each with its rule."""
    lines = (_page(title, path) for title, path in _pages(nav))
    return "\n".join(
        [
            f"# {name}",
            "",
            "> Every example has been run, and shows what was seen of it.",
            "",
            "## Pages",
            "",
            *lines,
            "",
            "## Examples",
            "",
            f"- [All of them]({FULL}): each with its claim, its code and what was seen",
            "",
        ]
    )


def full(known: Library) -> str:
    """Return llms-full.txt: every example, under its id."""
    return "\n".join("\n".join(_example(one, known)) for one in known.examples)


def _pages(nav: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for entry in nav:
        named = {entry: entry} if isinstance(entry, str) else entry
        for title, to in named.items():
            if isinstance(to, str):
                yield title, to
            else:
                yield from _pages(to)


def _page(title: str, path: str) -> str:
    rule = RULE.search((DOCS / path).read_text("utf-8"))
    # A link of a page leads from that page, and not from this list.
    said = LINK.sub(r"\1", rule[1]) if rule else ""
    return f"- [{title}]({path})" + (f": {said}" if said else "")


def _example(example: Example, known: Library) -> Iterator[str]:
    yield f"# {example.id}\n\n{example.title}\n"
    yield f"Page: {example.page}.md#{example.id}"
    kin = ", ".join(one.id for one in known.kin(example))
    yield f"Twin: {kin or 'none'}"
    yield f"Settles: {', '.join(example.settles) or 'no claim'}"
    yield f"{place_in_words(example).striptags()}\n"
    yield f"```python\n{example.code.strip()}\n```\n"
    for seen in known.seen(example):
        yield f"{', '.join(lane_names(seen.lanes))}: {_said(example, seen)}"
    yield ""


def _said(example: Example, seen: Seen) -> str:
    parts = (headline(example, seen), *sentences(example, seen.outcome))
    answers = (f"`{text}` is {one}." for text, one in seen.outcome.answers.items())
    first, *others = (part.striptags() for part in parts)
    return " ".join([f"{first}.", *others, *answers])


def _tree(tree: Tree, name: str, known: Library) -> str:
    """Return a node as a list; each answer is a level deeper than its question.

    The answers to the first question are headings of the page.
    """
    lines = [tree.nodes[name].question]
    if name == tree.first:
        return lines[0]
    lines.append("")
    before: tuple[str, ...] = ()
    for path, leaf in replace(tree, first=name).paths():
        for depth, answer in enumerate(path):
            if path[: depth + 1] != before[: depth + 1]:
                end = depth == len(path) - 1
                where = f"{known.by_id[leaf.example].page}.md#{leaf.example}"
                rule = f": {leaf.rule} [`{leaf.example}`]({where})" if end else ""
                lines.append(f"{'    ' * depth}- {answer}{rule}")
        before = path
    return "\n".join(lines)
