"""What a kind of claim is: the goal of a ✅, or the symptom that a ❌ shows."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from proof.claims.claim import Claim
    from proof.outcome import Outcome

Fields = Mapping[str, Any]
"""Fields of a `Claim`, by name."""


class ClaimError(ValueError):
    """A comment looks like a claim and is not one; `line` counts from the block."""

    def __init__(self, line: int, problem: str, then: str) -> None:
        super().__init__(problem)
        self.line, self.problem, self.then = line, problem, then


@dataclass(frozen=True)
class Reason:
    """Why a claim is refuted: the line, what was claimed and seen, what next."""

    line: int
    claimed: str
    seen: str
    then: str


class Kind(ABC):
    """All that is true of a kind of claim; each is a module in `proof/claims/kinds/`.

    Attributes:
        name: What stands behind the mark.
        rank: Where it is listed among its kind.
        good: Whether it is a ✅'s.
        of_a_line: Whether it happens at a line; else it is true of the whole run.
        asks: Whether its text is a question, an expression over the models.
        twin_says: The kind with the same text that the twin must claim.
        does_the_job: Whether a ❌ of it does what its twin does, another way.
        never_ends: Whether an example that shows it has to be ended.
        counts: Whether it speaks of how many statements are under way at once.
        heading: Its title among the silent failures; empty where it is heard.
        in_words: What the page says of it; without that, the claim and its line.
    """

    name: ClassVar[str]
    rank: ClassVar[int]
    good: ClassVar[bool] = False
    of_a_line: ClassVar[bool] = False
    asks: ClassVar[bool] = False
    twin_says: ClassVar[str] = ""
    does_the_job: ClassVar[bool] = False
    never_ends: ClassVar[bool] = False
    counts: ClassVar[bool] = False
    heading: ClassVar[str] = ""
    in_words: ClassVar[str] = ""

    @abstractmethod
    def read(self, line: int, rest: str) -> Fields:
        """Return the fields of a claim, from what stands behind its kind.

        Raises:
            ClaimError: that cannot be read.
        """

    def sentence(self, claim: "Claim") -> str:
        """Return the claim as it is written, without its mark."""
        return f"{self.name}: {claim.text}"

    @abstractmethod
    def refuted(self, claim: "Claim", outcome: "Outcome") -> Iterator[Reason]:
        """Yield why a run shows that the claim is not true, if it does."""

    def unclaimed(
        self, claims: "Sequence[Claim]", outcome: "Outcome"
    ) -> Iterator[Reason]:
        """Yield what was seen that only a claim of this kind could speak of."""
        yield from ()

    def of_both(self, claim: "Claim", outcome: "Outcome") -> str:
        """Return what to say where a twin shows it too; empty if it does not."""
        return ""

    def in_short(self, claim: "Claim", outcome: "Outcome") -> tuple[str, int]:
        """Return the fewest words for one that holds, and the line, 0 without one."""
        return self.in_words or self.sentence(claim), 0


def fix(claim: "Claim") -> str:
    """Return what to do about a claim that is refuted."""
    if claim.good:
        return "The block does not do what it says: mend it."
    return "The block does not fail as it says: say what was seen, or mend the block."


def last_line(claims: "Sequence[Claim]") -> int:
    """Return the last line that claims speak of."""
    return max(claim.line for claim in claims)


def said(claims: "Sequence[Claim]") -> str:
    """Return all claims in one line."""
    return "; ".join(map(str, claims))
