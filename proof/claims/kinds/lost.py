"""❌ The goal is lost: the code sets out for it, and it is not in the database."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.asked import Asked, is_answered
from proof.claims.kind import Reason
from proof.outcome import Outcome
from proof.questions import is_about

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Lost(Asked):
    """What the twin commits is not there."""

    name = "lost"
    rank = 2
    twin_says = "committed"
    heading = "Lost: something is missing"
    in_words = "the goal is lost"

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        yield from is_answered(claim, outcome, False)
        asked = any(is_about(claim.text, one.table) for one in outcome.statements)
        stopped = outcome.raised or outcome.hang or outcome.warnings or outcome.printed
        if not asked and not stopped:
            yield Reason(
                claim.line,
                f"{claim}, by code that sets out for it",
                "no statement for its table, no exception, no warning, nothing printed",
                "Let the block do its twin's job, and show how far it comes.",
            )
