"""Every example of the guide, in every lane: what it claims is what is seen."""

import pytest
from guide import EXAMPLES, each_example

from proof.check import Check
from proof.example import Example
from proof.run import LANES

WITH_REDIS = [example for example in EXAMPLES if example.runs_in("redis")]
WHEN_FULL = [example for example in EXAMPLES if example.runs_in("full")]


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


@pytest.mark.parametrize("example", WITH_REDIS, ids=str)
@pytest.mark.lane("redis")
def test_redis(example: Example, checked: Check) -> None:
    """With Redis as its broker the example does what it claims, and nothing else."""
    holds(example, "redis", checked)


@pytest.mark.parametrize("example", WHEN_FULL, ids=str)
@pytest.mark.lane("full")
def test_full(example: Example, checked: Check) -> None:
    """On a server that takes few connections it does what it claims of that."""
    holds(example, "full", checked)


@pytest.mark.parametrize("lane", LANES)
def test_every_lane_has_a_test(lane: str) -> None:
    """A new lane needs a test of its name here."""
    assert f"test_{lane}" in globals()


def holds(example: Example, lane: str, checked: Check) -> None:
    """Fail with the verdict's own text, or skip with the reason of a lane left out."""
    verdicts = checked.on(example, lane)
    reason = checked.why_not(example, lane)
    if verdicts:
        refuted = [str(one) for one in verdicts if not one.holds]
        if refuted:
            pytest.fail("\n".join(refuted), pytrace=False)
    elif lane in checked.report.lost:
        pytest.fail(f"{example} [{lane}] the lane was lost: {reason}", pytrace=False)
    elif reason is not None:
        pytest.skip(f"{lane} did not run, because {reason}")
    else:
        pytest.fail(f"{example} [{lane}] was left out without a reason", pytrace=False)
