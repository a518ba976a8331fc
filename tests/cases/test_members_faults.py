"""The table of faults of the members sync: what was measured, and how it is shown."""

import pytest

from cases.rig.databases import LANES
from cases.rig.members import chosen_in
from guide.measured import read_measured
from guide.write import members

pytestmark = pytest.mark.slow

MEASURED = read_measured("members")
SEEN = {"statuses": ["error", "complete"], "lost": 0, "doubled": 0, "stuck": 0}


def test_a_row_has_what_each_lane_saw():
    """Lost, doubled, and the status after each click."""
    sqlite = {"the whole worker killed at noon": SEEN}
    other = {"the whole worker killed at noon": SEEN | {"lost": 2}}
    row = members.table({"sqlite": sqlite, "postgresql": other}).splitlines()[2]
    assert row.startswith(
        "| the whole worker killed at noon | no heartbeat, so the run is over"
    )
    assert row.endswith(" | 0, 0, error, then complete | 2, 0, error, then complete |")


@pytest.mark.parametrize("lane", LANES)
def test_every_fault_is_measured(lane):
    """Each fault of the tool was met, in each lane."""
    assert list(MEASURED[lane]) == [fault.name for fault in chosen_in(lane)]


@pytest.mark.parametrize("name", ["lost", "doubled", "stuck"])
def test_nothing_was_lost(name):
    """After each fault all members are there, once, and the status has ended."""
    seen = [one for lane in MEASURED.values() for one in lane.values()]
    assert [one[name] for one in seen] == [0] * len(seen)
