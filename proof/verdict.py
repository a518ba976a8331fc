"""What judging comes to: a claim holds, or it is refuted, and why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from proof.claims.kind import Reason
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.example import Example


@dataclass(frozen=True)
class Verdict:
    """The judgement of one example in one lane; without reasons, it holds."""

    example: "Example"
    outcome: Outcome
    reasons: tuple[Reason, ...]

    @property
    def holds(self) -> bool:
        """Whether everything that the block says was seen, and nothing else."""
        return not self.reasons

    def __str__(self) -> str:
        head = f"{self.example} [{self.outcome.lane}] {self.example.title}"
        if self.holds:
            return f"{head}: holds"
        return "\n".join([f"{head}: refuted", *map(self._reason, self.reasons)])

    def _reason(self, reason: Reason) -> str:
        source = self.example.source(reason.line)
        lines = [
            f"  {self.example.at(reason.line)}" + (f": {source}" if source else ""),
            f"    claimed: {reason.claimed}",
            f"    seen:    {reason.seen}",
            f"    next:    {reason.then}",
        ]
        return "\n".join(lines)
