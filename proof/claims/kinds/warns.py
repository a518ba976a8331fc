"""❌ A warning is all that tells; a ✅ names one that is heard beside its success."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from proof.claims.kind import Reason, fix, last_line
from proof.claims.named import Named, short
from proof.claims.wording import is_claimed, warning
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Warns(Named):
    """A warning of Python or Django, by its category and text."""

    name = "warns"
    rank = 10
    of_a_line = True
    does_the_job = True

    def refuted(self, claim: "Claim", outcome: Outcome) -> Iterator[Reason]:
        spoken_of = [one for one in outcome.warnings if is_claimed(claim, one)]
        if any(one.imitates for one in spoken_of):
            seen = spoken_of[0].imitates
            yield Reason(
                claim.line,
                f"{claim}, by the code that it is of",
                seen,
                "Let the library warn, or warn with a category of the block's own.",
            )
        if not spoken_of:
            seen = "; ".join(warning(one) for one in outcome.warnings)
            yield Reason(claim.line, str(claim), seen or "no warning", fix(claim))

    def unclaimed(
        self, claims: "Sequence[Claim]", outcome: Outcome
    ) -> Iterator[Reason]:
        named = [claim for claim in claims if isinstance(claim.meaning, Warns)]
        for one, times in Counter(outcome.warnings).items():
            if not any(is_claimed(claim, one) for claim in named):
                yield Reason(
                    one.line or last_line(claims),
                    "no warning but those claimed",
                    warning(one) + (f", {times} times" if times > 1 else ""),
                    "Mend the block, or claim the warning.",
                )

    def in_short(self, claim: "Claim", outcome: Outcome) -> tuple[str, int]:
        lines = (one.line for one in outcome.warnings if one.category == claim.name)
        return f"warns {short(claim.name)}", next(lines, 0)


class WarnsToo(Warns):
    """A warning that a ✅ names."""

    name = "warns too"
    rank = 4
    good = True
    of_a_line = False
    does_the_job = False

    def unclaimed(
        self, claims: "Sequence[Claim]", outcome: Outcome
    ) -> Iterator[Reason]:
        yield from ()  # What nobody named is told by `Warns`.
