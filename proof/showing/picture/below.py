"""The pictures below a block: lanes that look the same share one."""

from collections.abc import Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from proof.example import Example
from proof.showing.html import line_id, relative, tag
from proof.showing.picture.beside import shown
from proof.showing.picture.shapes import Picture
from proof.showing.picture.svg import svg
from proof.showing.picture.words import words
from proof.showing.words import lanes_in_short

if TYPE_CHECKING:
    from proof.showing.library import Library

MOST, HIGHEST = 2, 6
"""Pictures that stand open whatever their height, and rows that all may have."""


def pictures(example: Example, known: "Library", md: Any, at: str = "") -> Markup:
    """Return the pictures of an example, to stand between its code and its tables.

    On another page than the example's, `at` is its name.
    """
    alike = shown(example, known)
    page = relative(at, example.page) if at else ""
    figures = [
        tag(
            "figure",
            *([tag("figcaption", lanes_in_short(lanes))] if len(alike) > 1 else []),
            svg(f"{page}#{line_id(example, 0)[:-1]}", picture, _is_first(md)),
            tag("p", words(picture), class_="in-words"),
            style=f"--n:{picture.slots}",
        )
        for picture, lanes in alike.items()
    ]
    many = _open(alike)
    open_ = tag("div", *figures[:many], class_="pictures", data_search_exclude=True)
    if many == len(figures):
        return open_
    said = lanes_in_short(lane for lanes in [*alike.values()][many:] for lane in lanes)
    return open_ + tag(
        "details",
        tag("summary", f"The picture on {said}"),
        tag("div", *figures[many:], class_="pictures"),
        class_="evidence",
        data_search_exclude=True,
    )


def _open(alike: Mapping[Picture, list[str]]) -> int:
    """Return how many pictures stand open: as many as fit, and two in any case."""
    heights = accumulate(len(one.rows) for one in alike)
    fit = sum(1 for height in heights if height <= HIGHEST)
    return min(max(fit, MOST), len(alike))


def _is_first(md: Any) -> bool:
    """Whether no picture of this page has been drawn yet."""
    drawn = getattr(md, "pictures_drawn", 0)
    md.pictures_drawn = drawn + 1
    return drawn == 0
