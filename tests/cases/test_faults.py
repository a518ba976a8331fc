"""The pipeline under faults: no row is lost, none is doubled, no status is stuck."""

from pathlib import Path

import pytest
from kombu.transport import redis
from support import lanes_here

from cases.rig import faulting
from cases.rig.databases import LANES
from guide.measured import read_measured
from guide.write.faults import FAULTS

pytestmark = pytest.mark.slow

MEASURED = read_measured("faults")
WELL = {"lost": 0, "doubled": 0, "status": "complete"}


@pytest.mark.parametrize("lane", LANES)
def test_a_run_ends_as_measured(lane: str, tmp_path: Path):
    """After each fault, the rows are as the page's table says."""
    if lane not in lanes_here():
        pytest.skip(f"{lane} does not answer")
    assert faulting.broken(lane, tmp_path) == MEASURED[lane]


@pytest.mark.parametrize("lane", LANES)
def test_every_fault_ends_well(lane: str):
    """Rows lost 0, rows doubled 0, status stuck 0."""
    assert dict.fromkeys(MEASURED[lane], WELL) == MEASURED[lane]


def test_every_fault_is_in_the_table():
    """What is measured is what the page has words for, in both lanes."""
    assert list(FAULTS) == list(faulting.FAULTS) == list(MEASURED["postgresql"])
    assert set(FAULTS) - set(MEASURED["sqlite"]) == faulting.OF_A_SERVER


def test_a_fault_without_its_remedy_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The measure can fail: without the beat, a killed worker's sync is stuck."""
    name = "worker-in-step"
    monkeypatch.setattr(faulting, "FAULTS", {name: faulting.FAULTS[name]})
    monkeypatch.setattr(faulting, "PATIENCE", 8)
    monkeypatch.setattr(faulting, "_healthy", lambda rig: rig.start_worker())
    assert faulting.broken("sqlite", tmp_path)[name] == {
        "lost": 39,
        "doubled": 0,
        "status": "syncing",
    }


def test_redis_gives_a_message_back_after_an_hour():
    """What the page says of the broker is Kombu's default."""
    assert redis.Channel.visibility_timeout == 60 * 60
