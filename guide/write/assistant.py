"""What a coding assistant is told: CLAUDE.md, a page, and a file to download.

The same rules stand in each. In a file that is read elsewhere, an example is named by
its id; on the page of this guide, it is linked.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from guide.messages import rows_by_id
from guide.mistakes import LINK, Row
from guide.tree import Leaf, Tree, read_tree
from proof.errors import MarkdownError
from proof.project import ROOT
from proof.showing.library import Library

DATA = ROOT / "docs" / "assistant.toml"
BRIDGE = ROOT / "examples" / "bridge" / "__init__.py"
T = TypeVar("T")
Shown = Callable[[str, str], str]
"""Shows an example: the words that link to it, and its id."""


def linked(known: Library) -> Mapping[str, str]:
    """Return the parts for a page of the guide, each id a link."""

    def show(words: str, name: str) -> str:
        return f"[{words}]({known.by_id[name].page}.md#{name})"

    return _parts(known, show)


def named(known: Library) -> Mapping[str, str]:
    """Return the parts for a file that is read elsewhere, each id by its name."""

    def show(words: str, name: str) -> str:
        return f"`{name}`" if words == f"`{name}`" else f"{words} (`{name}`)"

    return _parts(known, show)


def bridge(known: Library) -> Mapping[str, str]:
    """Return the whole of the bridge's module, to be downloaded."""
    return {"": BRIDGE.read_text("utf-8")}


def _parts(known: Library, show: Shown) -> Mapping[str, str]:
    data = tomllib.loads(DATA.read_text("utf-8"))
    return {
        "rules": "\n".join(_rules(data, read_tree(), show)),
        "symptoms": "\n".join(_symptoms(data, rows_by_id(known), show)),
        "index": _index(data, known, show),
    }


def _rules(data: Mapping[str, Any], tree: Tree, show: Shown) -> Iterator[str]:
    """Yield a line for each place, with its rules in the order of the file."""
    for place, names in data["rules"].items():
        leaves = (_known(tree.leaves, name) for name in names)
        yield f"- **{place}**: {' '.join(_rule(leaf, show) for leaf in leaves)}"


def _rule(leaf: Leaf, show: Shown) -> str:
    return f"{leaf.rule.removesuffix('.')}: {show(f'`{leaf.example}`', leaf.example)}."


def _symptoms(
    data: Mapping[str, Any], rows: Mapping[str, Row], show: Shown
) -> Iterator[str]:
    for name in data["symptoms"]:
        row = _known(rows, name)
        see = row.see.removeprefix("nothing; ")
        cells = (see, row.what, _shown(row.do, show), show(f"`{name}`", name))
        yield f"- {' → '.join(cells)}"


def _index(data: Mapping[str, Any], known: Library, show: Shown) -> str:
    for name in data["index"].values():
        _known(known.by_id, name)
    found = (f"{topic} {show(f'`{one}`', one)}" for topic, one in data["index"].items())
    return "; ".join(found) + "."


def _shown(text: str, show: Shown) -> str:
    """Return a cell of a table with its links as they are shown."""

    def replaced(link: re.Match[str]) -> str:
        words = link[0][1:].rpartition("](")[0]
        return show(words, link[1].partition("#")[2])

    return LINK.sub(replaced, text)


def _known(found: Mapping[str, T], name: str) -> T:
    if name not in found:
        raise MarkdownError(
            "docs/assistant.toml", 1, f'nothing is called "{name}"',
            "Name a leaf of pattern.toml, a ❌ of mistakes.md, or an example.",
        )  # fmt: skip
    return found[name]
