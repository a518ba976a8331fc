"""Claims that nobody has seen hold: bound to a lane or an edition that never ran."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from proof.claims.claim import Claim
from proof.claims.versions import EDITIONS, HERE, bounds_of
from proof.example import Example

if TYPE_CHECKING:
    from proof.keeping.evidence import Evidence


def unproven(
    example: Example, evidence: "Evidence | None", ran: Iterable[str] = ()
) -> tuple[Claim, ...]:
    """Return the claims that neither the evidence nor the lanes that `ran` speak of.

    Evidence of another source shows nothing of this one.
    """
    seen = {(HERE, lane) for lane in ran}
    if evidence is not None and evidence.fits(example):
        seen |= {
            (edition, lane) for edition, of in evidence.seen.items() for lane in of
        }
    return tuple(
        claim
        for claim in example.claims
        if not any(e in claim.editions and claim.speaks_of(lane) for e, lane in seen)
    )


def named(example: Example, claim: Claim) -> str:
    """Return a claim with its place and what it is bound to."""
    bounds = bounds_of(claim.editions) if claim.editions != EDITIONS else None
    names = ", ".join([*claim.lanes, *([bounds] if bounds else [])])
    return f"{example.at(claim.line)}: {claim}" + (f" [{names}]" if names else "")
