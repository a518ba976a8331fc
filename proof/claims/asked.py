"""Claims that are a question, asked of the database from outside."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.kind import ClaimError, Fields, Kind, Reason, fix
from proof.claims.unordered import unordered
from proof.questions import refused

if TYPE_CHECKING:
    from proof.claims.claim import Claim
    from proof.outcome import Outcome


class Asked(Kind):
    """A kind whose text is an expression over the models, true or false."""

    asks = True

    def read(self, line: int, rest: str) -> Fields:
        then = "Write one expression over the models, true or false from outside."
        try:
            why = refused(rest) or unordered(rest)
        except SyntaxError as error:
            raise ClaimError(
                line,
                f'"{rest}" after "{self.name}:" is not a Python expression '
                f"({error.msg})",
                then,
            ) from error
        if why is not None:
            problem = f'"{rest}" after "{self.name}:" cannot be asked: {why}'
            raise ClaimError(line, problem, then)
        return {"text": rest}


class Wrong(Asked):
    """A kind whose question is true of what the ❌ leaves, and false of its twin's."""

    def refuted(self, claim: "Claim", outcome: "Outcome") -> Iterator[Reason]:
        yield from has_become_true(claim, outcome)

    def of_both(self, claim: "Claim", outcome: "Outcome") -> str:
        return _not_false(outcome.answers.get(claim.text))


def has_become_true(claim: "Claim", outcome: "Outcome") -> Iterator[Reason]:
    """Yield that a question is not true now, or was true before the run."""
    yield from is_answered(claim, outcome, True)
    before = outcome.before.get(claim.text, False)
    if before is not False:
        seen = "it is true of the untouched database" if before is True else before
        yield Reason(
            claim.line,
            f"{claim}, and false before the run",
            f"before the run: {seen}",
            "Ask for what the block changes.",
        )


def is_answered(claim: "Claim", outcome: "Outcome", wanted: bool) -> Iterator[Reason]:
    """Yield that a question has another answer than the one that is wanted."""
    answer = outcome.answers.get(claim.text, "it was not asked")
    if answer is wanted:
        return
    seen = f"it is {answer}" if isinstance(answer, bool) else str(answer)
    yield Reason(claim.line, str(claim), seen + _rows(outcome), fix(claim))


def _not_false(answer: bool | str | None) -> str:
    if answer is False:
        return ""
    if answer is True:
        return "it is so here too"
    return f"asked here, it has {answer}" if answer else "it was not asked here"


def _rows(outcome: "Outcome") -> str:
    rows = ", ".join(f"{c.table} {c.pk}" for c in outcome.changes[:5])
    return f" (rows that differ: {rows or 'none'})"
