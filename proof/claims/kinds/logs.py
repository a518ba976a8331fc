"""✅ An error that is only logged: the ✅ names it, as nothing else may be heard."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from proof.claims.kind import ClaimError, Fields, Kind, Reason, fix, last_line
from proof.claims.wording import same_text
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Logs(Kind):
    """A record at ERROR, by its logger and its message."""

    name = "logs"
    rank = 3
    good = True

    def read(self, line: int, rest: str) -> Fields:
        """Read `logger: message`."""
        logger, _, text = rest.partition(": ")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", logger) or not text.strip(" …"):
            raise ClaimError(
                line,
                f'"logs: {rest}" does not read as a logger and its message',
                "Write `✅ logs: logger.name: message`, shortened with … "
                "if it is long.",
            )
        return {"text": rest}

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        if not any(same_text(claim.text, text) for text in outcome.heard):
            seen = "; ".join(outcome.heard) or "no error is logged"
            yield Reason(claim.line, str(claim), seen, fix(claim))

    def unclaimed(
        self, claims: "Sequence[Claim]", outcome: Outcome
    ) -> Iterator[Reason]:
        logged = [claim.text for claim in claims if claim.kind == self.name]
        for text in outcome.heard if claims[0].good else ():
            if not any(same_text(one, text) for one in logged):
                yield Reason(
                    last_line(claims),
                    "no error, not even one that is only logged",
                    text,
                    "Mend what fails; or name it: `# ✅ logs: logger: message`.",
                )
