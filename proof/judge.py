"""Claim held against outcome: it holds, or it is refuted, and why."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from proof.claim import COMMITTED, ROLLED_BACK, Claim
from proof.example import Example
from proof.outcome import Outcome, Raised, Warned


@dataclass(frozen=True)
class Reason:
    """Why a claim is refuted: the line, what was claimed and seen, what next."""

    line: int
    claimed: str
    seen: str
    then: str


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


def judge(example: Example, outcome: Outcome, kin: Iterable[Example] = ()) -> Verdict:
    """Hold what an example says against what was seen of it.

    `kin` are the ✅ that a ❌ names as its twin, or the ❌ that name a ✅ as theirs:
    what one side says is right or wrong must not be so on the other.
    """
    claims = example.claims_for(outcome.lane)
    if not claims:
        return Verdict(example, outcome, (_no_claim(outcome.lane),))
    reasons = chain(
        (
            reason
            for claim in claims
            for reason in DETECTORS[claim.kind](claim, outcome)
        ),
        _unclaimed(example, claims, outcome),
        _like_kin(claims, outcome, kin),
    )
    return Verdict(example, outcome, tuple(reasons))


def kin_of(example: Example, examples: Iterable[Example]) -> tuple[Example, ...]:
    """Return the examples on the other side of an example's pairs."""
    return tuple(
        other
        for other in examples
        if example.twin == other.id or other.twin == example.id
    )


Detector = Callable[[Claim, Outcome], Iterator[Reason]]


def _committed(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _answers(claim, outcome, True)


def _rolled_back(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _answers(claim, outcome, False)
    if not outcome.rolled_back():
        yield Reason(
            claim.line, str(claim), "no transaction wrote and then rolled back",
            "Let the block write inside a transaction that rolls back.",
        )  # fmt: skip


def _lost(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _answers(claim, outcome, False)


def _escaped(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _answers(claim, outcome, True)
    if not any(one.kind == "ROLLBACK" for one in outcome.statements):
        yield Reason(
            claim.line, "the caller's transaction rolls back",
            "no ROLLBACK in the trace", "Roll the caller's transaction back.",
        )  # fmt: skip


def _partial(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _answers(claim, outcome, True)
    if outcome.raised is None and outcome.hang is None:
        yield Reason(
            claim.line,
            "an exception, or the end of a hang, stops the work half-way",
            "it ran to its end",
            "If nothing stops it, what remains is `lost` or `corrupt`.",
        )


def _corrupt(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _answers(claim, outcome, True)
    if outcome.raised is not None:
        yield Reason(
            claim.line, "no exception", _exception(outcome.raised),
            "With an exception, what is there is `partial`.",
        )  # fmt: skip


def _raises(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    raised = outcome.raised
    if raised is None:
        seen = "no exception" if outcome.end == "returned" else outcome.end
        yield Reason(claim.line, str(claim), seen, _fix(claim))
    elif not _same_type(claim.name, raised.type) or not same_text(
        claim.text, raised.message
    ):
        yield Reason(claim.line, str(claim), _exception(raised), _fix(claim))
    elif raised.line != (0 if claim.apart else claim.line):
        where = "outside the block" if claim.apart else f"at line {claim.line}"
        yield Reason(
            claim.line,
            f"raised {where}",
            f"raised at line {raised.line}" if raised.line else "raised outside it",
            "Move the comment to the line that raises; one for an exception from "
            "outside the block stands apart, after a blank line.",
        )  # fmt: skip


def _hangs(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    if outcome.hang is None:
        yield Reason(claim.line, str(claim), f"it ended: {outcome.end}", _fix(claim))
    elif outcome.hang.reason != claim.text:
        seen = f"hangs: {outcome.hang.reason} ({outcome.hang.where})"
        yield Reason(claim.line, str(claim), seen, _fix(claim))
    elif not claim.apart and outcome.hang.line != claim.line:
        yield Reason(
            claim.line, f"hangs at line {claim.line}",
            f"hangs at line {outcome.hang.line}", "Move the comment to that line.",
        )  # fmt: skip


def _leaks(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    left = outcome.left
    counted = {
        kind: number
        for kind in ("connection", "descriptor", "thread", "loop", "task")
        if (number := getattr(left, kind))
    }
    if dict(claim.counts) != counted:
        yield Reason(claim.line, str(claim), f"left open: {left}", _fix(claim))


def _serial(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    if outcome.in_flight != claim.number:
        seen = f"{outcome.in_flight} statements under way at once"
        yield Reason(claim.line, str(claim), seen, _fix(claim))


def _warns(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    if not any(_is_claimed(claim, one) for one in outcome.warnings):
        seen = "; ".join(_warning(one) for one in outcome.warnings)
        yield Reason(claim.line, str(claim), seen or "no warning", _fix(claim))


DETECTORS: Mapping[str, Detector] = {
    COMMITTED: _committed,
    ROLLED_BACK: _rolled_back,
    "lost": _lost,
    "escaped": _escaped,
    "partial": _partial,
    "corrupt": _corrupt,
    "raises": _raises,
    "hangs": _hangs,
    "leaks": _leaks,
    "serial": _serial,
    "warns": _warns,
}


def same_text(claimed: str, seen: str) -> bool:
    """Whether a message is the claimed one; … stands for whatever is left out."""
    parts = [part.strip() for part in claimed.split("…")]
    flat = " ".join(seen.split())
    if len(parts) == 1:
        return flat == " ".join(claimed.split())
    if not flat.startswith(parts[0]) or not flat.endswith(parts[-1]):
        return False
    position = 0
    for part in parts:
        position = flat.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def _unclaimed(
    example: Example, claims: tuple[Claim, ...], outcome: Outcome
) -> Iterator[Reason]:
    """Yield what was seen and no claim speaks of."""
    kinds = {claim.kind for claim in claims}
    last = max(claim.line for claim in claims)
    said = "; ".join(str(claim) for claim in claims)
    if outcome.raised is not None and "raises" not in kinds:
        yield Reason(
            outcome.raised.line or last, said, _exception(outcome.raised),
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
    for one in outcome.warnings:
        if not any(
            claim.kind == "warns" and _is_claimed(claim, one) for claim in claims
        ):
            yield Reason(
                one.line or last, "no warning but those claimed",
                _warning(one), "Mend the block, or claim the warning.",
            )  # fmt: skip
    if claims[0].good and outcome.left:
        yield Reason(
            last, "nothing is left open", f"left open: {outcome.left}",
            "Close it in the block, or show it as a ❌ that leaks.",
        )  # fmt: skip
    if not outcome.hang and outcome.printed != example.printed:
        yield _printed(example, outcome)


def _like_kin(
    claims: tuple[Claim, ...], outcome: Outcome, kin: Iterable[Example]
) -> Iterator[Reason]:
    """Yield what is as on the other side of a pair, and must not be."""
    others = [(o, c) for o in kin for c in o.claims_for(outcome.lane)]
    if claims[0].good:
        for other, claim in others:
            wrong = claim.kind in ("partial", "corrupt")
            if wrong and outcome.answers.get(claim.text) is not False:
                yield Reason(
                    claims[0].line, f"not {claim}, as in {other.id}",
                    f"it is {outcome.answers.get(claim.text)} here too",
                    "Let the ✅ do the job right, or say what the ❌ does wrong.",
                )  # fmt: skip
    elif {claim.kind for claim in claims} <= {"raises", "warns", "leaks"} and any(
        claim.kind == "raises" for claim in claims
    ):
        goals = [claim.text for _, claim in others if claim.kind == COMMITTED]
        if goals and all(outcome.answers.get(goal) is True for goal in goals):
            yield Reason(
                claims[0].line, "an exception that costs the goal of its twin",
                f"the goal is reached all the same: {goals[0]}",
                "Say which wrong thing is there, or show the loss.",
            )  # fmt: skip


def _printed(example: Example, outcome: Outcome) -> Reason:
    return Reason(
        _line_of_print(example),
        "it prints " + (" ⏎ ".join(example.printed) or "nothing"),
        "it prints " + (" ⏎ ".join(outcome.printed[:8]) or "nothing"),
        "Write what it prints behind the line, as `#> …`.",
    )


def _line_of_print(example: Example) -> int:
    for number, line in enumerate(example.code.splitlines(), 1):
        if line.lstrip().startswith("#>"):
            return number
    return example.claims[-1].line


def _answers(claim: Claim, outcome: Outcome, wanted: bool) -> Iterator[Reason]:
    answer = outcome.answers.get(claim.text, "it was not asked")
    if answer is wanted:
        return
    seen = f"it is {answer}" if isinstance(answer, bool) else str(answer)
    yield Reason(claim.line, str(claim), seen + _rows(outcome), _fix(claim))


def _rows(outcome: Outcome) -> str:
    rows = ", ".join(f"{c.table} {c.pk}" for c in outcome.changes[:5])
    return f" (rows that differ: {rows or 'none'})"


def _fix(claim: Claim) -> str:
    if claim.good:
        return "The block does not do what it says: mend it."
    return "The block does not fail as it says: say what was seen, or mend the block."


def _no_claim(lane: str) -> Reason:
    return Reason(
        0, "something", f"no claim for the lane {lane}", f"Add a claim for [{lane}]."
    )


def _exception(raised: Raised) -> str:
    message = " ".join(raised.message.split())
    where = f" at line {raised.line} of the block" if raised.line else ""
    return f"raises {raised.type.rpartition('.')[2]}: {message}{where}"


def _same_type(claimed: str, seen: str) -> bool:
    return seen == claimed or seen.endswith(f".{claimed}")


def _warning(one: Warned) -> str:
    where = f" at line {one.line} of the block" if one.line else ""
    return f"{one.category}: {one.text}{where}"


def _is_claimed(claim: Claim, one: Warned) -> bool:
    at_its_line = claim.apart or one.line == claim.line
    return (
        at_its_line and claim.name == one.category and same_text(claim.text, one.text)
    )
