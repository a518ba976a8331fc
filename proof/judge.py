"""Claim held against outcome: it holds, or it is refuted, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from proof.claim import Claim
from proof.detectors import (
    DETECTORS,
    Reason,
    exception,
    is_claimed,
    same_text,
    stalled,
    warning,
)
from proof.example import Example
from proof.outcome import Outcome
from proof.questions import is_about
from proof.symptoms import COMMITTED, LOGS, ROLLED_BACK, WARNS, WARNS_TOO
from proof.versions import HERE, Edition

DOES_THE_JOB = frozenset({"leaks", "blocks", "serial", WARNS})
"""Symptoms of a ❌ that nothing stops: it does what its twin does, another way."""
MOST_LINES = 8
"""Lines of output that a reason shows."""
MOST_LETTERS = 200
"""Characters of such a line."""


@dataclass(frozen=True)
class Verdict:
    """The judgement of one example in one lane; without reasons, it holds."""

    example: Example
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


def judge(
    example: Example,
    outcome: Outcome,
    kin: Iterable[Example] = (),
    edition: Edition = HERE,
) -> Verdict:
    """Hold what an example says against what was seen of it.

    `kin` are the ✅ that a ❌ names as its twin, or the ❌ that name a ✅ as theirs:
    what one side says is right or wrong must not be so on the other. `edition` is the
    one that the outcome was seen in.
    """
    claims = example.claims_for(outcome.lane, edition)
    if not claims:
        return Verdict(example, outcome, (_no_claim(outcome.lane),))
    reasons = chain(
        (
            reason
            for claim in claims
            for reason in DETECTORS[claim.kind](claim, outcome)
        ),
        _unclaimed(example, claims, outcome),
        _like_kin(claims, outcome, kin, edition),
    )
    return Verdict(example, outcome, tuple(reasons))


def kin_of(example: Example, examples: Iterable[Example]) -> tuple[Example, ...]:
    """Return the examples on the other side of an example's pairs."""
    return tuple(
        other
        for other in examples
        if example.twin == other.id or other.twin == example.id
    )


def _unclaimed(
    example: Example, claims: tuple[Claim, ...], outcome: Outcome
) -> Iterator[Reason]:
    """Yield what was seen and no claim speaks of."""
    kinds = {claim.kind for claim in claims}
    last = max(claim.line for claim in claims)
    said = "; ".join(str(claim) for claim in claims)
    if outcome.raised is not None and "raises" not in kinds:
        yield Reason(
            outcome.raised.line or last, said, exception(outcome.raised),
            "Mend the block, or claim the exception at this line.",
        )  # fmt: skip
    elif outcome.hang is not None and "hangs" not in kinds:
        yield Reason(
            outcome.hang.line or last, said,
            f"hangs: {outcome.hang.reason} ({outcome.hang.where})",
            "Mend the block, or claim the hang.",
        )  # fmt: skip
    elif outcome.end not in ("returned", "raised", "hung"):
        yield Reason(last, said, outcome.end, "Let the example end by itself.")
    named = [claim for claim in claims if claim.kind in (WARNS, WARNS_TOO)]
    for one, times in Counter(outcome.warnings).items():
        if not any(is_claimed(claim, one) for claim in named):
            yield Reason(
                one.line or last, "no warning but those claimed",
                warning(one) + (f", {times} times" if times > 1 else ""),
                "Mend the block, or claim the warning.",
            )  # fmt: skip
    if outcome.stalls and "blocks" not in kinds:
        yield Reason(
            outcome.stalls[0], said, stalled(outcome.stalls),
            "Keep the loop free, or claim that it is blocked at this line.",
        )  # fmt: skip
    if claims[0].good and outcome.left:
        yield Reason(
            last, "nothing is left open", f"left open: {outcome.left}",
            "Close it in the block, or show it as a ❌ that leaks.",
        )  # fmt: skip
    logged = [claim.text for claim in claims if claim.kind == LOGS]
    for text in outcome.heard if claims[0].good else ():
        if any(same_text(one, text) for one in logged):
            continue
        yield Reason(
            last, "no error, not even one that is only logged", text,
            "Mend what fails; or name it: `# ✅ logs: logger: message`.",
        )  # fmt: skip
    if not outcome.hang and outcome.printed != example.printed:
        yield _printed(example, outcome)


def _like_kin(
    claims: tuple[Claim, ...],
    outcome: Outcome,
    kin: Iterable[Example],
    edition: Edition,
) -> Iterator[Reason]:
    """Yield what is as on the other side of a pair, and must not be."""
    others = [(o, c) for o in kin for c in o.claims_for(outcome.lane, edition)]
    if claims[0].good:
        yield from _wrong_here_too(claims[0], outcome, others)
        yield from _rolled_back_elsewhere(claims, outcome, others)
    else:
        yield from _right_here_too(claims, outcome, others)
        yield from _does_nothing_of_it(claims, outcome, others)


def _wrong_here_too(
    first: Claim, outcome: Outcome, others: Iterable[tuple[Example, Claim]]
) -> Iterator[Reason]:
    """Yield what a ❌ says is wrong, and is so for its ✅."""
    for other, claim in others:
        if claim.kind in ("partial", "corrupt"):
            seen = _not_false(outcome.answers.get(claim.text))
        else:
            refuted = claim.kind != "serial" or any(DETECTORS["serial"](claim, outcome))
            seen = "" if refuted else f"{claim.number} at a time here too"
        if seen:
            yield Reason(
                first.line, f"not {claim}, as in {other.id}", seen,
                "Let the ✅ do the job right, or say what the ❌ does wrong.",
            )  # fmt: skip


def _not_false(answer: bool | str | None) -> str:
    """Return what to say of an answer that should be false; empty if it is."""
    if answer is False:
        return ""
    if answer is True:
        return "it is so here too"
    return f"asked here, it has {answer}" if answer else "it was not asked here"


def _rolled_back_elsewhere(
    claims: tuple[Claim, ...], outcome: Outcome, others: list[tuple[Example, Claim]]
) -> Iterator[Reason]:
    """Yield a rollback of other rows than those asked for.

    They would be there without it: it wrote their table, or a ❌ shows them there.
    """
    shown = {claim.text for _, claim in others if claim.kind in ("escaped", "corrupt")}
    for claim in claims:
        if claim.kind != ROLLED_BACK or claim.text in shown:
            continue
        if not any(is_about(claim.text, table) for table in outcome.rolled_back()):
            yield Reason(
                claim.line, f"{claim}, by the transaction that wrote it",
                f"what rolled back wrote {', '.join(sorted(outcome.rolled_back()))}",
                "Ask for what was written and rolled back.",
            )  # fmt: skip


def _right_here_too(
    claims: tuple[Claim, ...],
    outcome: Outcome,
    others: Iterable[tuple[Example, Claim]],
) -> Iterator[Reason]:
    """Yield the goal that a ✅ reaches, and its ❌ too, in spite of an exception."""
    kinds = {claim.kind for claim in claims}
    goals = [claim.text for _, claim in others if claim.kind == COMMITTED]
    reached = goals and all(outcome.answers.get(goal) is True for goal in goals)
    if reached and "raises" in kinds and kinds <= {"raises", "warns", "leaks"}:
        yield Reason(
            claims[0].line, "an exception that costs the goal of its twin",
            f"the goal is reached all the same: {goals[0]}",
            "Say which wrong thing is there, or show the loss.",
        )  # fmt: skip


def _does_nothing_of_it(
    claims: tuple[Claim, ...],
    outcome: Outcome,
    others: Iterable[tuple[Example, Claim]],
) -> Iterator[Reason]:
    """Yield that a ❌ which ends well never set out to do its twin's job."""
    goals = [
        claim.text for _, claim in others if claim.kind in (COMMITTED, ROLLED_BACK)
    ]
    if not {claim.kind for claim in claims} <= DOES_THE_JOB or not goals:
        return
    reached = any(outcome.answers.get(goal) is True for goal in goals)
    tables = {one.table for one in outcome.statements}
    if not reached and not any(is_about(g, table) for g in goals for table in tables):
        yield Reason(
            claims[0].line, f"{claims[0]}, by code that does its twin's job",
            f"no statement for the table of {goals[0]}",
            "Let the block do what its twin does, another way.",
        )  # fmt: skip


def _printed(example: Example, outcome: Outcome) -> Reason:
    return Reason(
        _line_of_print(example),
        f"it prints {_in_short(example.printed)}",
        f"it prints {_in_short(outcome.printed)}",
        "Write what it prints behind the line, as `#> …`.",
    )


def _in_short(lines: Sequence[str]) -> str:
    """Return what is printed, as much as can be read at a glance."""
    shown = [
        line if len(line) <= MOST_LETTERS else f"{line[:MOST_LETTERS]} …"
        for line in lines[:MOST_LINES]
    ]
    if len(lines) > MOST_LINES:
        shown.append(f"… and {len(lines) - MOST_LINES} more lines")
    return " ⏎ ".join(shown) or "nothing"


def _line_of_print(example: Example) -> int:
    for number, line in enumerate(example.code.splitlines(), 1):
        if line.lstrip().startswith("#>"):
            return number
    return example.claims[-1].line


def _no_claim(lane: str) -> Reason:
    return Reason(
        0, "something", f"no claim for the lane {lane}", f"Add a claim for [{lane}]."
    )
