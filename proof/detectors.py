"""A detector for each kind of claim: it yields why the claim is refuted, if it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from proof.claim import Claim
from proof.outcome import BOUNDARIES, Outcome, Raised, Warned
from proof.questions import is_about
from proof.symptoms import COMMITTED, LOGS, ROLLED_BACK, WARNS, WARNS_TOO


@dataclass(frozen=True)
class Reason:
    """Why a claim is refuted: the line, what was claimed and seen, what next."""

    line: int
    claimed: str
    seen: str
    then: str


Detector = Callable[[Claim, Outcome], Iterator[Reason]]


def _committed(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _has_become_true(claim, outcome)


def _rolled_back(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _answers(claim, outcome, False)
    if not outcome.rolled_back():
        yield Reason(
            claim.line, str(claim), "no transaction wrote and then rolled back",
            "Let the block write inside a transaction that rolls back.",
        )  # fmt: skip


def _logs(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    if not any(same_text(claim.text, text) for text in outcome.heard):
        seen = "; ".join(outcome.heard) or "no error is logged"
        yield Reason(claim.line, str(claim), seen, _fix(claim))


def _lost(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _answers(claim, outcome, False)
    asked = any(is_about(claim.text, one.table) for one in outcome.statements)
    stopped = outcome.raised or outcome.hang or outcome.warnings or outcome.printed
    if not asked and not stopped:
        yield Reason(
            claim.line, f"{claim}, by code that sets out for it",
            "no statement for its table, no exception, no warning, nothing printed",
            "Let the block do its twin's job, and show how far it comes.",
        )  # fmt: skip


def _escaped(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _has_become_true(claim, outcome)
    if not any(one.kind == "ROLLBACK" for one in outcome.statements):
        yield Reason(
            claim.line, "the caller's transaction rolls back",
            "no ROLLBACK in the trace", "Roll the caller's transaction back.",
        )  # fmt: skip
    elif not any(is_about(claim.text, table) for table in outcome.escaped()):
        yield Reason(
            claim.line, "the transaction that rolls back is open while it is written",
            "no write of it, over another connection, between BEGIN and ROLLBACK",
            "Write what is asked for while the caller's transaction is open.",
        )  # fmt: skip


def _partial(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _has_become_true(claim, outcome)
    if outcome.raised is None and outcome.hang is None:
        yield Reason(
            claim.line,
            "an exception, or the end of a hang, stops the work half-way",
            "it ran to its end",
            "If nothing stops it, what remains is `lost` or `corrupt`.",
        )


def _corrupt(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _has_become_true(claim, outcome)
    if outcome.raised is not None:
        yield Reason(
            claim.line, "no exception", exception(outcome.raised),
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
        yield Reason(claim.line, str(claim), exception(raised), _fix(claim))
    elif raised.imitates:
        yield Reason(
            claim.line, f"{claim}, by the code that it is of", raised.imitates,
            "Let the library raise it, or raise a class of the block's own.",
        )  # fmt: skip
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


def _blocks(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    lines = sorted(set(outcome.stalls))
    if not lines:
        yield Reason(claim.line, str(claim), "the loop never stood still", _fix(claim))
    elif not claim.apart and claim.line not in lines:
        yield Reason(
            claim.line, f"the event loop stands still at line {claim.line}",
            stalled(lines), "Move the comment to that line.",
        )  # fmt: skip


def _serial(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    sent = sum(one.kind not in BOUNDARIES for one in outcome.statements)
    if outcome.in_flight != claim.number:
        seen = f"{outcome.in_flight} statements under way at once"
        yield Reason(claim.line, str(claim), seen, _fix(claim))
    elif outcome.together <= claim.number:
        seen = f"{outcome.together} of the block's threads or tasks under way together"
        yield Reason(
            claim.line, f"{claim}, of several that were started together", seen,
            "Start them together: with `gather`, or in threads.",
        )  # fmt: skip
    elif sent <= claim.number:
        seen = f"{sent} sent in all, so none had to wait for another"
        yield Reason(claim.line, str(claim), seen, _fix(claim))


def _warns(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    spoken_of = [one for one in outcome.warnings if is_claimed(claim, one)]
    if any(one.imitates for one in spoken_of):
        yield Reason(
            claim.line, f"{claim}, by the code that it is of", spoken_of[0].imitates,
            "Let the library warn, or warn with a category of the block's own.",
        )  # fmt: skip
    if not spoken_of:
        seen = "; ".join(warning(one) for one in outcome.warnings)
        yield Reason(claim.line, str(claim), seen or "no warning", _fix(claim))


DETECTORS: Mapping[str, Detector] = {
    COMMITTED: _committed,
    ROLLED_BACK: _rolled_back,
    LOGS: _logs,
    "lost": _lost,
    "escaped": _escaped,
    "partial": _partial,
    "corrupt": _corrupt,
    "raises": _raises,
    "hangs": _hangs,
    "leaks": _leaks,
    "blocks": _blocks,
    "serial": _serial,
    WARNS: _warns,
    WARNS_TOO: _warns,
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


def _has_become_true(claim: Claim, outcome: Outcome) -> Iterator[Reason]:
    yield from _answers(claim, outcome, True)
    before = outcome.before.get(claim.text, False)
    if before is not False:
        seen = "it is true of the untouched database" if before is True else before
        yield Reason(
            claim.line, f"{claim}, and false before the run", f"before the run: {seen}",
            "Ask for what the block changes.",
        )  # fmt: skip


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


def exception(raised: Raised) -> str:
    """Return an exception in a sentence."""
    message = " ".join(raised.message.split())
    where = f" at line {raised.line} of the block" if raised.line else ""
    return f"raises {raised.type.rpartition('.')[2]}: {message}{where}"


def _same_type(claimed: str, seen: str) -> bool:
    return seen == claimed or seen.endswith(f".{claimed}")


def stalled(lines: Iterable[int]) -> str:
    """Return where the event loop stood still, in a sentence."""
    where = ", ".join(str(line) for line in lines)
    return f"the event loop stood still at line {where} of the block"


def warning(one: Warned) -> str:
    """Return a warning in a sentence."""
    where = f" at line {one.line} of the block" if one.line else ""
    return f"{one.category}: {one.text}{where}"


def is_claimed(claim: Claim, one: Warned) -> bool:
    """Whether a claim speaks of this warning."""
    at_its_line = claim.apart or one.line == claim.line
    return (
        at_its_line and claim.name == one.category and same_text(claim.text, one.text)
    )
