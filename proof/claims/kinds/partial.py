"""❌ Only a part is there: something stopped the work half-way."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.asked import Wrong
from proof.claims.kind import Reason
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Partial(Wrong):
    """What an exception or the end of a hang leaves half-done."""

    name = "partial"
    rank = 4
    heading = "Partial: only a part is there"
    in_words = "only a part is saved"

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        yield from super().refuted(claim, outcome)
        if outcome.raised is None and outcome.hang is None:
            yield Reason(
                claim.line,
                "an exception, or the end of a hang, stops the work half-way",
                "it ran to its end",
                "If nothing stops it, what remains is `lost` or `corrupt`.",
            )
