"""❌ A write stays, in spite of the rollback of the transaction around it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.asked import Asked, has_become_true
from proof.claims.kind import Reason
from proof.outcome import Outcome
from proof.questions import is_about

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Escaped(Asked):
    """What the twin rolls back is there: it went over another connection."""

    name = "escaped"
    rank = 3
    twin_says = "rolled back"
    heading = "Escaped: a write stays in spite of the rollback"
    in_words = "a write escapes the rollback"

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        yield from has_become_true(claim, outcome)
        if not any(one.kind == "ROLLBACK" for one in outcome.statements):
            yield Reason(
                claim.line,
                "the caller's transaction rolls back",
                "no ROLLBACK in the trace",
                "Roll the caller's transaction back.",
            )
        elif not any(is_about(claim.text, table) for table in outcome.escaped()):
            yield Reason(
                claim.line,
                "the transaction that rolls back is open while it is written",
                "no write of it, over another connection, between BEGIN and ROLLBACK",
                "Write what is asked for while the caller's transaction is open.",
            )
