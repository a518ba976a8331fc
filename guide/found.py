"""The line under an example that leads to where it is indexed."""

from collections.abc import Iterator

from markupsafe import Markup

from guide.messages import entries, rows_by_id, silent_kind, silent_lanes
from guide.tree import TREE, read_tree
from proof.claims.kinds import SYMPTOMS
from proof.example import Example
from proof.showing.html import relative, tag
from proof.showing.library import Library


def found_under(example: Example, known: Library) -> Markup:
    """Return the line, or nothing for an example that stands in no index."""
    links = [_link(example, *one) for one in places(example, known)]
    if not links:
        return Markup()
    return tag(
        "p",
        "Found under: ",
        Markup(" · ").join(links),
        class_="found",
        data_search_exclude=True,
    )


def places(example: Example, known: Library) -> Iterator[tuple[str, str, str]]:
    """Yield the words, the page and the anchor of each index that has an example."""
    if example.good:
        branch = read_tree().branch_of(example.id) if TREE.exists() else None
        if branch is not None:
            yield "Which pattern?", "pattern", branch
    rows = dict.fromkeys(rows_by_id(known).values())
    ordered = sorted(rows, key=lambda row: row.line)
    for row in [one for one in ordered if example.id in (*one.good, *one.bad)][:1]:
        yield "mistakes", "mistakes", row.anchor
    if not example.good:
        for entry in entries(known):
            if any(example.id in one.seen for one in entry.situations):
                yield entry.message.name, entry.message.page, entry.message.slug
        yield from _silent(example, known)
    for claim in example.settles:
        yield f"claim {claim}", "claims", claim.lower()


def _silent(example: Example, known: Library) -> Iterator[tuple[str, str, str]]:
    """Yield the symptoms under which a failure without a message is found."""
    lanes = silent_lanes(example, known)
    kinds = {silent_kind(example, lane, known) for lane in lanes}
    for kind in SYMPTOMS:
        if kind in kinds:
            yield f"silent: {kind}", "silent", kind


def _link(example: Example, words: str, page: str, anchor: str) -> Markup:
    href = relative(example.page, page) + f"#{anchor}" * bool(anchor)
    return tag("a", words, href=href)
