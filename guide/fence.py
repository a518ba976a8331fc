"""The fence of this guide: below the evidence stands where an example is indexed."""

from guide.found import found_under
from proof.showing.fence import fence_with, header

__all__ = ["fence", "header"]

fence = fence_with(found_under)
