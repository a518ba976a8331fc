"""The line under an example that leads to where it is indexed."""

from collections.abc import Iterator

from markupsafe import Markup

from guide.index import homes
from guide.tree import TREE, read_tree
from proof.example import Example
from proof.showing.html import relative, tag
from proof.showing.library import Library


def found_under(example: Example, known: Library) -> Markup:
    """Return the line, or nothing for an example that stands in no index."""
    links = [_link(example, *one) for one in indexed(example, known)]
    if not links:
        return Markup()
    return tag(
        "p",
        "Found under: ",
        Markup(" · ").join(links),
        class_="found",
        data_search_exclude=True,
    )


def indexed(example: Example, known: Library) -> Iterator[tuple[str, str, str]]:
    """Yield the words, the page and the anchor of each index that has an example."""
    if example.good:
        branch = read_tree().branch_of(example.id) if TREE.exists() else None
        if branch is not None:
            yield "Which pattern?", "pattern", branch
    rows = [row for row in homes(known) if example.id in (*row.good, *row.bad)]
    for row in rows[:1]:
        yield "the mistake", homes(known)[row][0].page, row.anchor
    for row in [] if example.good else rows:
        for home in homes(known)[row]:
            if example.id in home.shown_by:
                yield home.words, home.page, home.section
    for claim in example.settles:
        yield f"claim {claim}", "claims", claim.lower()


def _link(example: Example, words: str, page: str, anchor: str) -> Markup:
    href = relative(example.page, page) + f"#{anchor}" * bool(anchor)
    return tag("a", words, href=href)
