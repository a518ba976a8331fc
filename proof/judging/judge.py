"""Claim held against outcome: it holds, or it is refuted, and why."""

from collections.abc import Iterable, Iterator
from itertools import chain

from proof.claims.claim import Claim
from proof.claims.kind import Reason
from proof.claims.versions import HERE, Edition
from proof.example import Example
from proof.judging.made import made_by_the_block
from proof.judging.sets_out import sets_out
from proof.judging.unclaimed import unclaimed
from proof.outcome import Outcome
from proof.questions import is_about
from proof.verdict import Verdict


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
            for reason in claim.meaning.refuted(claim, outcome)
        ),
        made_by_the_block(example, claims, outcome),
        sets_out(example, claims, outcome),
        unclaimed(example, claims, outcome),
        _like_kin(claims, outcome, kin, edition),
    )
    return Verdict(example, outcome, tuple(reasons))


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
        if seen := claim.meaning.of_both(claim, outcome):
            yield Reason(
                first.line,
                f"not {claim}, as in {other.id}",
                seen,
                "Let the ✅ do the job right, or say what the ❌ does wrong.",
            )


def _rolled_back_elsewhere(
    claims: tuple[Claim, ...], outcome: Outcome, others: list[tuple[Example, Claim]]
) -> Iterator[Reason]:
    """Yield a rollback of other rows than those asked for.

    They would be there without it: it wrote their table, or a ❌ shows them there.
    """
    shown = {claim.text for _, claim in others if claim.kind in ("escaped", "corrupt")}
    for claim in claims:
        if claim.kind != "rolled back" or claim.text in shown:
            continue
        if not any(is_about(claim.text, table) for table in outcome.rolled_back()):
            yield Reason(
                claim.line,
                f"{claim}, by the transaction that wrote it",
                f"what rolled back wrote {', '.join(sorted(outcome.rolled_back()))}",
                "Ask for what was written and rolled back.",
            )


def _right_here_too(
    claims: tuple[Claim, ...],
    outcome: Outcome,
    others: Iterable[tuple[Example, Claim]],
) -> Iterator[Reason]:
    """Yield the goal that a ✅ reaches, and its ❌ too, in spite of an exception."""
    kinds = {claim.kind for claim in claims}
    goals = [claim.text for _, claim in others if claim.kind == "committed"]
    reached = goals and all(outcome.answers.get(goal) is True for goal in goals)
    if reached and "raises" in kinds and kinds <= {"raises", "warns", "leaks"}:
        yield Reason(
            claims[0].line,
            "an exception that costs the goal of its twin",
            f"the goal is reached all the same: {goals[0]}",
            "Say which wrong thing is there, or show the loss.",
        )


def _does_nothing_of_it(
    claims: tuple[Claim, ...],
    outcome: Outcome,
    others: Iterable[tuple[Example, Claim]],
) -> Iterator[Reason]:
    """Yield that a ❌ which ends well never set out to do its twin's job."""
    goals = [claim.text for _, claim in others if claim.good and claim.expression]
    if not goals or not all(claim.meaning.does_the_job for claim in claims):
        return
    reached = any(outcome.answers.get(goal) is True for goal in goals)
    tables = {one.table for one in outcome.statements}
    if not reached and not any(is_about(g, table) for g in goals for table in tables):
        yield Reason(
            claims[0].line,
            f"{claims[0]}, by code that does its twin's job",
            f"no statement for the table of {goals[0]}",
            "Let the block do what its twin does, another way.",
        )


def _no_claim(lane: str) -> Reason:
    return Reason(
        0, "something", f"no claim for the lane {lane}", f"Add a claim for [{lane}]."
    )
