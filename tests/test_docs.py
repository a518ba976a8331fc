"""Every example of the guide, in every lane: what it claims is what is seen."""

import pytest
from pages import each_example_in_its_lanes

from proof.example import Example
from proof.judging.check import Check

pytestmark = pytest.mark.slow


@each_example_in_its_lanes
def test_example(example: Example, lane: str, checked: Check) -> None:
    """The example does what it claims in that lane, and nothing else."""
    holds(example, lane, checked)


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
