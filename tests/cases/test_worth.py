"""What async gains: the measurement runs, and the page shows what it wrote."""

from pathlib import Path

import pytest
from support import lanes_here

from guide.measured import read_measured
from guide.write.worth import LAYERS, SERVERS, VIEWS
from tools.worth.measure import READS, SETTINGS, WAITS, Setting, worth

QUICK = [Setting("uvicorn", "", WAITS, 2, 2), Setting("gunicorn", "", READS, 2, 2)]


@pytest.mark.skipif(
    "postgresql" not in lanes_here(), reason="PostgreSQL does not answer"
)
def test_it_measures(tmp_path: Path):
    """Each view answers under its server, and its connections are counted."""
    measured = worth(tmp_path, QUICK)
    seen = [(row["server"], row["view"]) for row in measured["rows"]]
    assert seen == [(one.server, view) for one in QUICK for view in one.views]
    assert all(row["rate"] > 0 and row["alone"] > 0 for row in measured["rows"])
    waiting = [row for row in measured["rows"] if row["view"] in WAITS]
    assert all(1 <= row["connections"] <= 4 for row in waiting)


def test_what_was_measured_is_what_is_asked_for():
    """The file has a row for each server and view, and the page a word for each."""
    rows = read_measured("worth")["rows"]
    seen = [(row["server"], row["layer"], row["view"]) for row in rows]
    assert seen == [(one.server, one.layer, v) for one in SETTINGS for v in one.views]
    assert {row[0] for row in seen} == set(SERVERS)
    assert {row[1] for row in seen} == set(LAYERS)
    assert {row[2] for row in seen} == set(VIEWS)


RATE = {
    (row["server"], row["layer"], row["view"]): row["rate"]
    for row in read_measured("worth")["rows"]
}


@pytest.mark.parametrize("view", ["in_threads", "bridged", "awaited"])
def test_asking_at_the_same_time_is_the_gain(view: str):
    """About eight times as many requests, in a sync view as in an async one."""
    gain = RATE["gunicorn", "", view] / RATE["gunicorn", "", "one_by_one"]
    assert 6 < gain < 10


@pytest.mark.parametrize("server", SERVERS)
def test_an_async_view_answers_no_more(server: str):
    """A bridge in a sync view and an async view are the same, and so is one row."""
    awaited = RATE[server, "", "awaited"] / RATE[server, "", "bridged"]
    read = RATE[server, "", "plain_async"] / RATE[server, "", "plain"]
    assert 0.75 < awaited < 1.33
    assert 0.75 < read < 1.33


@pytest.mark.parametrize("layer", ["sync_layer", "async_layer"])
def test_a_middleware_costs_next_to_nothing(layer: str):
    """The same view behind it answers as many requests."""
    for view in READS:
        assert 0.8 < RATE["uvicorn", layer, view] / RATE["uvicorn", "", view] < 1.25
