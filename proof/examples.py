"""Several examples: which belong together, and what is asked of both sides."""

from collections.abc import Iterable

from proof.example import Example


def kin_of(example: Example, examples: Iterable[Example]) -> tuple[Example, ...]:
    """Return the examples on the other side of an example's pairs."""
    return tuple(
        other
        for other in examples
        if example.twin == other.id or other.twin == example.id
    )


def pair_expressions(example: Example, examples: Iterable[Example]) -> tuple[str, ...]:
    """Return what is asked of the database for an example and all its twins.

    Asking both sides every question is what makes a swap visible: what a ❌ says
    is wrong must be false for its ✅.
    """
    kin = [e for e in examples if example.id in (e.id, e.twin) or example.twin == e.id]
    return tuple(dict.fromkeys(text for one in kin for text in one.expressions))
