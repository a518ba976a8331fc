"""❌ The event loop stands still, and so does all else that it runs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from proof.claims.kind import ClaimError, Fields, Kind, Reason, fix, said
from proof.claims.wording import stalled
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim

WHAT = "the event loop"


class Blocks(Kind):
    """A line of the block at which a loop stands still for half a second."""

    name = "blocks"
    rank = 8
    of_a_line = True
    does_the_job = True
    heading = "Blocks: all requests are slow at the same time"

    def read(self, line: int, rest: str) -> Fields:
        if rest != WHAT:
            raise ClaimError(
                line,
                f'"blocks{f": {rest}" if rest else ""}" does not say what is blocked',
                f"Write `❌ blocks: {WHAT}` at the line at which it stands still.",
            )
        return {"text": rest}

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        lines = sorted(set(outcome.stalls))
        if not lines:
            seen = "the loop never stood still"
            yield Reason(claim.line, str(claim), seen, fix(claim))
        elif not claim.apart and claim.line not in lines:
            yield Reason(
                claim.line,
                f"the event loop stands still at line {claim.line}",
                stalled(lines),
                "Move the comment to that line.",
            )

    def unclaimed(
        self, claims: "Sequence[Claim]", outcome: Outcome
    ) -> Iterator[Reason]:
        if outcome.stalls and self.name not in {claim.kind for claim in claims}:
            yield Reason(
                outcome.stalls[0],
                said(claims),
                stalled(outcome.stalls),
                "Keep the loop free, or claim that it is blocked at this line.",
            )

    def in_short(self, claim: "Claim", outcome: Outcome) -> tuple[str, int]:
        return "blocks the event loop", 0 if claim.apart else claim.line
