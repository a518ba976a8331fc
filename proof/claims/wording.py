"""What was seen, in the words of a claim."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proof.claims.claim import Claim
    from proof.outcome import Raised, Warned


def same_text(claimed: str, seen: str) -> bool:
    """Whether a message is the claimed one; … stands for whatever is left out."""
    parts = [part.strip() for part in claimed.split("…")]
    flat = " ".join(seen.split())
    if len(parts) == 1:
        return flat == " ".join(claimed.split())
    if not flat.startswith(parts[0]) or not flat.endswith(parts[-1]):
        return False
    position = 0
    for part in parts:
        position = flat.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def exception(raised: "Raised") -> str:
    """Return an exception in a sentence."""
    message = " ".join(raised.message.split())
    where = f" at line {raised.line} of the block" if raised.line else ""
    return f"raises {raised.type.rpartition('.')[2]}: {message}{where}"


def same_type(claimed: str, seen: str) -> bool:
    """Return whether a class is the one that a claim names."""
    return seen == claimed or seen.endswith(f".{claimed}")


def stalled(lines: Iterable[int]) -> str:
    """Return where the event loop stood still, in a sentence."""
    where = ", ".join(str(line) for line in lines)
    return f"the event loop stood still at line {where} of the block"


def warning(one: "Warned") -> str:
    """Return a warning in a sentence."""
    where = f" at line {one.line} of the block" if one.line else ""
    return f"{one.category}: {one.text}{where}"


def is_claimed(claim: "Claim", one: "Warned") -> bool:
    """Whether a claim speaks of this warning."""
    at_its_line = claim.apart or one.line == claim.line
    return (
        at_its_line and claim.name == one.category and same_text(claim.text, one.text)
    )
