"""Which blocks of a page stand beside their twin, and share an axis with it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from proof.example import Example
from proof.showing.picture.axis import on_one_axis
from proof.showing.picture.draw import picture_of
from proof.showing.picture.shapes import Picture

if TYPE_CHECKING:
    from proof.showing.library import Library, Seen

Alike = Mapping[Picture, Sequence[str]]
"""Pictures, and the lanes that share each."""


def beside(example: Example, known: "Library") -> tuple[Example, ...]:
    """Return the twins that stand directly before and after a block on its page."""
    return tuple(
        one
        for one in known.neighbours(example)
        if example.id == one.twin or one.id == example.twin
    )


def shown(example: Example, known: "Library") -> dict[Picture, list[str]]:
    """Return the pictures of a block, on one axis with those beside it."""
    good = example if example.good else next(iter(beside(example, known)), example)
    drawn = by_picture(known.seen(example))
    axes = _axes(good, known).get(example.id, {})
    return {axes.get(one, one): lanes for one, lanes in drawn.items()}


def by_picture(seen: "Iterable[Seen]") -> dict[Picture, list[str]]:
    """Return the pictures, and the lanes that share each."""
    alike: dict[Picture, list[str]] = {}
    for one in seen:
        alike.setdefault(picture_of(one.outcome), []).extend(one.lanes)
    return alike


@lru_cache(maxsize=8)
def _axes(good: Example, known: "Library") -> dict[str, dict[Picture, Picture]]:
    """Return, for a ✅ and each ❌ beside it, its pictures as they are on the axis.

    Of several pictures, those of the same lanes belong together.
    """
    found: dict[str, dict[Picture, Picture]] = {}
    bad = [one for one in beside(good, known) if not one.good]
    pictures = {one.id: by_picture(known.seen(one)) for one in (good, *bad)}
    for middle, lanes in pictures[good.id].items():
        mates = {
            one.id: mate
            for one in bad
            if (mate := _mate(middle, lanes, pictures[good.id], pictures[one.id]))
        }
        spread = on_one_axis(middle, [*mates.values()]) if mates else None
        together = {good.id: middle} | mates
        for (name, one), moved in zip(together.items(), spread or (), strict=False):
            found.setdefault(name, {})[one] = moved
    return found


def _mate(
    picture: Picture, lanes: Sequence[str], own: Alike, others: Alike
) -> Picture | None:
    """Return the first picture that shares a lane, if this is its first as well.

    Where each block has one picture, it stands for all lanes.
    """
    if len(own) == len(others) == 1:
        return next(iter(others))
    mate, its = next(
        ((p, of) for p, of in others.items() if {*of} & {*lanes}), (None, ())
    )
    first = next((p for p, of in own.items() if {*of} & {*its}), None)
    return mate if first == picture else None
