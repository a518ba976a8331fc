"""A claim that is bound to what never ran is named, in the summary and on the page."""

from pathlib import Path

import pytest
from support import CANCEL, fence, written

from proof.claims.versions import DEFAULT
from proof.example import Example
from proof.judging.check import Check
from proof.judging.summary import in_numbers, lane_lines
from proof.judging.unproven import named, unproven
from proof.keeping.evidence import Evidence, digest
from proof.outcome import Outcome
from proof.report import Report
from proof.showing.details import evidence as shown
from proof.showing.library import Library

BODY = """\
def act():
    pass


# ❌ leaks 1 thread
# ❌ hangs: busy [few-connections]
# ❌ warns X: y [python<3.12]"""


@pytest.fixture
def example(tmp_path: Path) -> Example:
    """A block with a claim for all, one for a lane and one for a Python."""
    block = fence("a", BODY, "❌ It fails", twin="right")
    return written(tmp_path, block, fence("right", CANCEL))[0]


def seen(example: Example, source: str = "") -> Evidence:
    """Return evidence of SQLite in the default edition."""
    outcome = Outcome("a", "sqlite", "returned")
    source = source or digest(example)
    return Evidence(example.page, source, {DEFAULT: {"sqlite": outcome}})


def test_what_no_run_has_seen_is_named(example: Example) -> None:
    """Each with its line, its claim and what it is bound to."""
    assert [named(example, one) for one in unproven(example, seen(example))] == [
        f"docs/page.md:{example.start + 6}: ❌ hangs: busy [few-connections]",
        f"docs/page.md:{example.start + 7}: ❌ warns X: y [python<3.12]",
    ]


def test_a_lane_that_ran_shows_it(example: Example) -> None:
    """A claim for a lane that has just run is not unproven."""
    left = unproven(example, seen(example), ["few-connections"])
    assert all("few-connections" not in one.lanes for one in left)


def test_evidence_of_another_source_shows_nothing(example: Example) -> None:
    """What was recorded of an older block proves nothing of this one."""
    assert len(unproven(example, seen(example, "another"))) == len(example.claims)


def test_the_summary_and_the_page_say_so(example: Example) -> None:
    """Whoever reads either is told."""
    left = unproven(example, seen(example))
    checked = Check(Report(()), (), unproven=tuple((example, one) for one in left))
    assert "no run has seen what these claim" in lane_lines(in_numbers(checked))[-1]
    html = shown(example, Library((example,), {"a": (seen(example),)}))
    assert html.count("not proven") == 2
