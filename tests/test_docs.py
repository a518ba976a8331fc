"""Every example of the guide, in every lane: what it claims is what is seen."""

import pytest
from guide import each_example

from proof.check import Check
from proof.example import Example
from proof.run import LANES


@each_example
@pytest.mark.lane("sqlite")
def test_sqlite(example: Example, checked: Check) -> None:
    """On SQLite the example does what it claims, and nothing else."""
    holds(example, "sqlite", checked)


@each_example
@pytest.mark.lane("postgresql")
def test_postgresql(example: Example, checked: Check) -> None:
    """On PostgreSQL the example does what it claims, and nothing else."""
    holds(example, "postgresql", checked)


@pytest.mark.parametrize("lane", LANES)
def test_every_lane_has_a_test(lane: str) -> None:
    """A new lane needs a test of its name here."""
    assert f"test_{lane}" in globals()


def holds(example: Example, lane: str, checked: Check) -> None:
    """Fail with the verdict's own text, or skip with the reason of a lane left out."""
    verdict = checked.verdict(example.id, lane)
    reason = checked.report.left_out.get(lane)
    if verdict is not None:
        if not verdict.holds:
            pytest.fail(str(verdict), pytrace=False)
    elif lane in checked.report.lost:
        pytest.fail(f"{example} [{lane}] the lane was lost: {reason}", pytrace=False)
    elif reason is not None:
        pytest.skip(f"{lane} did not run: {reason}")
    else:
        pytest.fail(f"{example} [{lane}] was left out without a reason", pytrace=False)
