"""✅ The goal is reached: it is in the database, seen over another connection."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.asked import Asked, has_become_true
from proof.claims.kind import Reason
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Committed(Asked):
    """What was false of the untouched database is true of it now."""

    name = "committed"
    rank = 1
    good = True

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        yield from has_become_true(claim, outcome)
