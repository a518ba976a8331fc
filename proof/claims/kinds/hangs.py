"""❌ The work does not end."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from proof.claims.kind import ClaimError, Fields, Kind, Reason, fix, last_line, said
from proof.outcome import REASONS, Hang, Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Hangs(Kind):
    """A wait that cannot end, by its reason and the line at which it stands."""

    name = "hangs"
    rank = 6
    of_a_line = True
    never_ends = True
    heading = "Hangs: it does not end"

    def read(self, line: int, rest: str) -> Fields:
        if rest not in REASONS:
            raise ClaimError(
                line,
                f'"{rest}" is not a reason for a hang',
                f"The reason is one of: {', '.join(REASONS)}.",
            )
        return {"text": rest}

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        if outcome.hang is None:
            yield Reason(claim.line, str(claim), f"it ended: {outcome.end}", fix(claim))
        elif outcome.hang.reason != claim.text:
            yield Reason(claim.line, str(claim), _hang(outcome.hang), fix(claim))
        elif not claim.apart and outcome.hang.line != claim.line:
            yield Reason(
                claim.line,
                f"hangs at line {claim.line}",
                f"hangs at line {outcome.hang.line}",
                "Move the comment to that line.",
            )

    def unclaimed(
        self, claims: "Sequence[Claim]", outcome: Outcome
    ) -> Iterator[Reason]:
        if outcome.hang and self.name not in {claim.kind for claim in claims}:
            yield Reason(
                outcome.hang.line or last_line(claims),
                said(claims),
                _hang(outcome.hang),
                "Mend the block, or claim the hang.",
            )

    def in_short(self, claim: "Claim", outcome: Outcome) -> tuple[str, int]:
        return f"hangs ({claim.text})", outcome.hang.line if outcome.hang else 0


def _hang(hang: Hang) -> str:
    return f"hangs: {hang.reason} ({hang.where})"
