"""The fence of this guide: below the evidence stands where an example is indexed."""

from typing import Any

from guide.found import found_under
from proof.showing.fence import fence_with, header

__all__ = ["fence", "header"]

_shown = fence_with(found_under)


def fence(*given: Any, **named: Any) -> str:
    """Return a block with its evidence; a builder may ask for it by its name."""
    return _shown(*given, **named)
