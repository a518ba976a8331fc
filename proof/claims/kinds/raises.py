"""❌ An exception ends the work."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from proof.claims.kind import Reason, fix, last_line, said
from proof.claims.named import Named, short
from proof.claims.wording import exception, same_text, same_type
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Raises(Named):
    """An exception, by its type, its message and the line that raises it."""

    name = "raises"
    rank = 1
    of_a_line = True

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        raised = outcome.raised
        if raised is None:
            seen = "no exception" if outcome.end == "returned" else outcome.end
            yield Reason(claim.line, str(claim), seen, fix(claim))
        elif not same_type(claim.name, raised.type) or not same_text(
            claim.text, raised.message
        ):
            yield Reason(claim.line, str(claim), exception(raised), fix(claim))
        elif raised.imitates:
            yield Reason(
                claim.line,
                f"{claim}, by the code that it is of",
                raised.imitates,
                "Let the library raise it, or raise a class of the block's own.",
            )
        elif raised.line != (0 if claim.apart else claim.line):
            where = "outside the block" if claim.apart else f"at line {claim.line}"
            yield Reason(
                claim.line,
                f"raised {where}",
                f"raised at line {raised.line}" if raised.line else "raised outside it",
                "Move the comment to the line that raises; one for an exception from "
                "outside the block stands apart, after a blank line.",
            )

    def unclaimed(
        self, claims: "Sequence[Claim]", outcome: Outcome
    ) -> Iterator[Reason]:
        if outcome.raised and self.name not in {claim.kind for claim in claims}:
            yield Reason(
                outcome.raised.line or last_line(claims),
                said(claims),
                exception(outcome.raised),
                "Mend the block, or claim the exception at this line.",
            )

    def in_short(self, claim: "Claim", outcome: Outcome) -> tuple[str, int]:
        if outcome.raised is None:
            return super().in_short(claim, outcome)
        return f"raises {short(claim.name)}", outcome.raised.line
