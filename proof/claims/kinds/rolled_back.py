"""✅ The goal is not reached, as a transaction wrote it and rolled back."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.asked import Asked, is_answered
from proof.claims.kind import Reason
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class RolledBack(Asked):
    """What a transaction wrote is not there, and it was the one that rolled back."""

    name = "rolled back"
    rank = 2
    good = True

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        yield from is_answered(claim, outcome, False)
        if not outcome.rolled_back():
            yield Reason(
                claim.line,
                str(claim),
                "no transaction wrote and then rolled back",
                "Let the block write inside a transaction that rolls back.",
            )
