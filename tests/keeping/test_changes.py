"""What `make record` says that it changed, and which evidence is compared at all."""

from dataclasses import replace

import pytest
from pages import EXAMPLES, RECORDED

from proof.claims.versions import DEFAULT, HERE, Edition
from proof.judging import check as checking
from proof.judging import summary
from proof.judging.check import Check, is_not_recorded, unlike
from proof.judging.summary import in_numbers, lane_lines
from proof.keeping.changes import MOST, changes
from proof.keeping.evidence import Evidence, digest
from proof.outcome import Change, Outcome, Statement
from proof.report import Report
from proof.verdict import Verdict

ONE = EXAMPLES[0]
SELECT = Statement("main thread", "C1", "open", "SELECT", "trading_order", 4)
UPDATE = replace(SELECT, kind="UPDATE", line=6)
SAW = Outcome(ONE.id, "sqlite", "returned", statements=(SELECT,))
OTHER = Edition("3.12", "6.0")


def recorded(*outcomes: Outcome, source: str = "") -> dict[str, Evidence]:
    """Return evidence of the first example, of the edition that runs."""
    seen = {HERE: {one.lane: one for one in outcomes}}
    return {ONE.id: Evidence(ONE.page, source or digest(ONE), seen)}


def told(before: dict[str, Evidence], after: dict[str, Evidence]) -> list[str]:
    """Return what is said of it."""
    return list(changes([ONE], before, after))


def test_a_statement_that_came_is_told_in_words() -> None:
    """It says where it came, what it is, and on which thread and connection."""
    row = Change("trading_order", 7, {"status": "working"}, {"status": "filled"})
    after = replace(SAW, statements=(SELECT, UPDATE), changes=(row,))
    assert told(recorded(SAW), recorded(after)) == [
        f"{ONE} {ONE.title}",
        "  [sqlite]",
        "    + changes 1: trading_order 7: status=working → status=filled",
        "    + statements 2: UPDATE trading_order (line 6, main thread over C1, open)",
        "1 of 1 examples are recorded otherwise than before",
    ]


def test_a_statement_that_went_is_told_in_words() -> None:
    """It stands behind a minus; what only moved because of it is not told."""
    before = replace(SAW, statements=(UPDATE, SELECT))
    assert told(recorded(before), recorded(SAW))[2:-1] == [
        "    - statements 1: UPDATE trading_order (line 6, main thread over C1, open)"
    ]


def test_lanes_that_changed_alike_stand_together() -> None:
    """What changed is told once for both."""
    both = [SAW, replace(SAW, lane="postgresql")]
    hung = [replace(one, end="hung") for one in both]
    assert told(recorded(*both), recorded(*hung))[1:-1] == [
        "  [postgresql, sqlite]",
        "    end: returned → hung",
    ]


def test_what_is_new_and_what_is_gone_is_told() -> None:
    """A lane that was not recorded before, or is no more, is named."""
    assert told({}, recorded(SAW))[2] == (
        "    + recorded: returned; statements: 1, rows that differ: 0"
    )
    assert told(recorded(SAW), recorded())[2] == "    - no longer recorded"
    gone = list(changes([], recorded(SAW), {}))
    assert gone[0] == f"{ONE.id}, which is gone"


def test_another_source_is_told() -> None:
    """Who reviews it sees that the block was changed as well."""
    before = recorded(SAW, source="0")
    lines = told(before, recorded(replace(SAW, end="hung")))
    assert lines[1] == "  its source is another"


def test_what_is_the_same_is_not_told() -> None:
    """Only the count stands there."""
    assert told(recorded(SAW), recorded(SAW)) == [
        "0 of 1 examples are recorded otherwise than before"
    ]


def test_a_long_change_is_counted() -> None:
    """No more lines than a person reads; the rest is a number."""
    after = replace(SAW, statements=(SELECT, *[UPDATE] * (MOST + 3)))
    assert told(recorded(SAW), recorded(after))[-2] == "    … and 3 more lines"


@pytest.mark.parametrize("edition", [DEFAULT, OTHER], ids=str)
def test_only_the_default_edition_must_be_recorded(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another, what is not recorded is not compared, and the summary says so."""
    for module in (checking, summary):
        monkeypatch.setattr(module, "HERE", edition)
    seen = {DEFAULT: {"postgresql": replace(SAW, lane="postgresql")}}
    known = {ONE.id: replace(RECORDED[ONE.id], source=digest(ONE), seen=seen)}
    assert is_not_recorded(ONE, "sqlite", known) is (edition == OTHER)
    assert (unlike(ONE, SAW, known) is None) is (edition == OTHER)
    verdict = Verdict(ONE, SAW, ())
    apart = (verdict,) if edition == OTHER else ()
    numbers = in_numbers(Check(Report((SAW,)), (verdict,), (), apart))
    lines = [one for one in lane_lines(numbers) if one.startswith("evidence")]
    said = f"evidence         not compared, as nothing is recorded of {OTHER}: "
    assert lines == ([f"{said}sqlite 1 ({ONE.id})"] if edition == OTHER else [])


def test_an_edition_that_is_recorded_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was recorded of it differs from what was seen now: it says so."""
    for module in (checking, summary):
        monkeypatch.setattr(module, "HERE", OTHER)
    seen = {OTHER: {"sqlite": replace(SAW, end="hung")}}
    known = {ONE.id: replace(RECORDED[ONE.id], source=digest(ONE), seen=seen)}
    assert not is_not_recorded(ONE, "sqlite", known)
    difference = unlike(ONE, SAW, known)
    assert difference is not None and difference.lines
