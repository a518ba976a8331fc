"""❌ What was started together runs one after the other."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.kind import ClaimError, Fields, Kind, Reason, fix
from proof.outcome import BOUNDARIES, Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Serial(Kind):
    """How many statements are under way at once, of more that could be."""

    name = "serial"
    rank = 9
    does_the_job = True
    counts = True
    heading = "Serial: one at a time, no faster than a loop"

    def read(self, line: int, rest: str) -> Fields:
        found = re.fullmatch(r"(\d+) at a time", rest)
        if found is None:
            raise ClaimError(
                line,
                f'"serial: {rest}" gives no number',
                "Write `❌ serial: 1 at a time`.",
            )
        return {"number": int(found[1])}

    def sentence(self, claim: "Claim") -> str:
        return f"serial: {claim.number} at a time"

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        sent = sum(one.kind not in BOUNDARIES for one in outcome.statements)
        if outcome.in_flight != claim.number:
            seen = f"{outcome.in_flight} statements under way at once"
            yield Reason(claim.line, str(claim), seen, fix(claim))
        elif outcome.together <= claim.number:
            together = f"{outcome.together} of the block's threads or tasks under way"
            yield Reason(
                claim.line,
                f"{claim}, of several that were started together",
                f"{together} together",
                "Start them together: with `gather`, or in threads.",
            )
        elif sent <= claim.number:
            seen = f"{sent} sent in all, so none had to wait for another"
            yield Reason(claim.line, str(claim), seen, fix(claim))

    def of_both(self, claim: "Claim", outcome: Outcome) -> str:
        refuted = any(self.refuted(claim, outcome))
        return "" if refuted else f"{claim.number} at a time here too"
