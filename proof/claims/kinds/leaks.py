"""❌ Something is left open: connections, descriptors, threads, loops or tasks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from proof.claims.kind import ClaimError, Fields, Kind, Reason, fix, last_line
from proof.outcome import Left, Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim

COUNTED = tuple(one.name for one in fields(Left))


class Leaks(Kind):
    """What is open that was not, by its kinds and how many of each."""

    name = "leaks"
    rank = 7
    does_the_job = True
    heading = "Leaks: connections grow, something stays open"

    def read(self, line: int, rest: str) -> Fields:
        counts = {}
        for part in rest.split(", "):
            found = re.fullmatch(r"(\d+) ([a-z]+?)s?", part)
            if found is None or found[2] not in COUNTED:
                raise ClaimError(
                    line,
                    f'"{part}" is not something that can be left open',
                    f"Write a number and one of: {', '.join(COUNTED)}.",
                )
            counts[found[2]] = int(found[1])
        return {"counts": tuple(sorted(counts.items()))}

    def sentence(self, claim: "Claim") -> str:
        parts = (f"{n} {k}{'' if n == 1 else 's'}" for k, n in claim.counts)
        return f"leaks {', '.join(parts)}"

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        counted = {kind: n for kind, n in asdict(outcome.left).items() if n}
        if dict(claim.counts) != counted:
            seen = f"left open: {outcome.left}"
            yield Reason(claim.line, str(claim), seen, fix(claim))

    def unclaimed(
        self, claims: "Sequence[Claim]", outcome: Outcome
    ) -> Iterator[Reason]:
        if outcome.left and claims[0].good:
            yield Reason(
                last_line(claims),
                "nothing is left open",
                f"left open: {outcome.left}",
                "Close it in the block, or show it as a ❌ that leaks.",
            )
