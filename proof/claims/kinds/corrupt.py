"""❌ A wrong row is there, and nothing was raised."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.asked import Wrong
from proof.claims.kind import Reason
from proof.claims.wording import exception
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Corrupt(Wrong):
    """What is in the database is not what the twin leaves there."""

    name = "corrupt"
    rank = 5
    heading = "Corrupt: something wrong is there"
    in_words = "a wrong row is saved"

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        yield from super().refuted(claim, outcome)
        if outcome.raised is not None:
            yield Reason(
                claim.line,
                "no exception",
                exception(outcome.raised),
                "With an exception, what is there is `partial`.",
            )
