"""The five probes tell the mechanisms apart, in each lane, as the page says."""

import re
import sys
from pathlib import Path

import django
import pytest
from support import lanes_here

from cases.rig.databases import LANES
from cases.rig.probing import mechanisms, probed, worker_of
from guide.measured import read_measured
from guide.write.probes import CONTROL, PROBES, Case, _first_that_splits, cases
from proof.project import PROJECT, ROOT

sys.path.extend(map(str, PROJECT.sources))

from integrations.tracing.probes import UNWATCHED, of_steps

pytestmark = [pytest.mark.slow, pytest.mark.starts]

MEASURED = read_measured("probes")
UNWATCHED_HERE = {} if hasattr(sys, "monitoring") else {"steps": UNWATCHED}
"""What an older Python answers of the steps; it was measured in one that can tell."""
OLDER: dict[tuple[str, str], dict[str, str]] = (
    {("missing-ignore-conflicts", "postgresql"): {"commit": "rolled back"}}
    if django.VERSION < (6, 0)
    else {}
)
"""What an older Django answers: its `bulk_create` opens a transaction for a single
statement too (django/db/models/query.py)."""
COMMAND = ROOT / "cases" / "apps" / "integrations" / "tracing" / "probes.py"


@pytest.mark.parametrize("lane", LANES)
def test_a_run_answers_as_measured(lane: str, tmp_path: Path):
    """Each mechanism answers each probe as the page's table says."""
    if lane not in lanes_here():
        pytest.skip(f"{lane} does not answer")
    assert probed(lane, tmp_path) == {
        name: {**answers, **UNWATCHED_HERE, **OLDER.get((name, lane), {})}
        for name, answers in MEASURED[lane].items()
    }


def test_steps_that_nobody_watched_are_not_said_to_have_ended(
    monkeypatch: pytest.MonkeyPatch,
):
    """A Python that cannot watch them is told apart from a run that is as usual."""
    assert (of_steps([]) == UNWATCHED) is bool(UNWATCHED_HERE)
    monkeypatch.delattr(sys, "monitoring", raising=False)
    assert of_steps([]) == UNWATCHED


def test_every_mechanism_is_in_the_table():
    """The table has each ❌ of the pages on mechanisms, and the pipeline."""
    ids = [one.id for one in mechanisms()]
    assert len(ids) == 19
    assert [list(MEASURED[lane]) for lane in LANES] == [ids, ids]


@pytest.mark.parametrize("lane", LANES)
def test_no_two_mechanisms_answer_alike(lane: str):
    """Five answers are enough to name the mechanism."""
    seen = [tuple(one[name] for name in PROBES) for one in MEASURED[lane].values()]
    assert len(set(seen)) == len(seen)


def test_two_that_answer_alike_are_refused():
    """A tree that could not tell two mechanisms apart is not written."""
    answers = dict.fromkeys(PROBES, "the same")
    twins = [Case(name, (), answers) for name in "ab"]
    with pytest.raises(ValueError, match="apart"):
        _first_that_splits(twins, 0)


def test_whole_pipeline_gives_the_usual_answers():
    """What the command takes for usual is what the pipeline answers."""
    usual = re.findall(r'"[^"]+",\s+"[^"]+\?",\s+"([^"]+)"', COMMAND.read_text())
    control = next(one for one in cases() if one.example == CONTROL)
    assert list(control.signature()) == usual
    assert control.answers["rows"] == "14, 21, 28"


def test_page_shows_what_the_command_prints(tmp_path: Path):
    """The text on the page is the command's own, of a run on SQLite."""
    page = (ROOT / "docs" / "missing.md").read_text("utf-8")
    shown = re.search(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    generator = next(one for one in mechanisms() if one.id == "missing-generator")
    with worker_of("sqlite", tmp_path, [generator]) as rig:
        queue = "missing_generator.sync.delay"
        said = rig.manage("trace_sync", "example/engine", "--queue", queue)
    assert shown
    if UNWATCHED_HERE:
        pytest.skip(f"steps are {UNWATCHED}")
    assert shown[1] == said


def test_command_says_what_it_needs(tmp_path: Path):
    """Without a file for the notes, without a repository, it says so."""
    with worker_of("sqlite", tmp_path, []) as rig:
        with pytest.raises(AssertionError, match="no repository example/other"):
            rig.manage("trace_sync", "example/other")
        with pytest.raises(AssertionError, match="SYNC_TRACE names no file"):
            rig.manage("trace_sync", "example/engine", SYNC_TRACE="")
