"""The pipeline of the first case study: all rows, once, whatever breaks on the way."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from support import lanes_here

from cases.rig.databases import LANES, databases
from cases.rig.faulting import ALL, ONBOARD
from cases.rig.host import Host, fails, served
from cases.rig.rig import Rig, rigged
from proof.project import ROOT

SYNC = "from integrations import services; services.sync(1)"


@pytest.fixture(scope="module", params=LANES)
def fresh(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """Make databases of one lane."""
    if request.param not in lanes_here():
        pytest.skip(f"{request.param} does not answer")
    with databases(request.param, tmp_path_factory.mktemp(request.param)) as make:
        yield make


@pytest.fixture
def host() -> Host:
    """The code host, which a test may give a fault."""
    return Host()


@pytest.fixture
def rig(fresh: Callable[[], str], host: Host, tmp_path: Path) -> Iterator[Rig]:
    """A run on a database of its own."""
    with ExitStack() as stack:
        url = stack.enter_context(served(host))
        yield stack.enter_context(rigged(tmp_path, fresh(), url))


def test_the_page_starts_a_sync_that_saves_all_rows(rig: Rig):
    """From the view over the worker to the rows: all of them, once."""
    rig.start_worker()
    said = rig.run("-c", ONBOARD)
    assert "('/teams/engine/repositories/', 302)" in said
    assert rig.ends() == "complete", rig.log()
    assert (rig.rows(), rig.doubled()) == (ALL, 0)


def test_a_second_run_changes_nothing(rig: Rig):
    """A sync that runs twice writes over its rows."""
    before = rig.manage("shell", "-c", f"{SYNC}; {SYNC}") and rig.rows()
    assert (before, rig.doubled(), rig.status()) == (ALL, 0, "complete")


def test_a_page_that_fails_is_fetched_again(rig: Rig, host: Host):
    """The second page fails once: the task is tried again, and ends with all rows."""
    host.fault = fails("page=2")
    rig.start_worker()
    rig.run("-c", ONBOARD)
    assert rig.ends() == "complete", rig.log()
    assert (rig.rows(), rig.doubled()) == (ALL, 0)
    assert host.times("page=1") == host.times("page=2") == 2


def test_a_list_that_fails_costs_its_pull_request_only(rig: Rig, host: Host):
    """A pull request is saved with all its rows or not at all."""
    host.fault = fails("/2403/files", times=99)
    with pytest.raises(AssertionError, match="CodeHostUnavailable"):
        rig.manage("shell", "-c", SYNC)
    rows = rig.rows()
    assert rows["pull requests"] == 2
    assert rig.ask("SELECT count(*) FROM integrations_pullrequestfile")[0][0] > 0


def test_items_that_come_twice_are_saved_once(rig: Rig, host: Host):
    """Each item of each list twice: the rows are the same."""
    host.doubled = True
    rig.manage("shell", "-c", SYNC)
    assert (rig.rows(), rig.doubled(), rig.status()) == (ALL, 0, "complete")


def test_a_repository_that_is_not_there_ends_in_an_error(rig: Rig, host: Host):
    """What another attempt cannot mend is not attempted again."""
    rig.start_worker()
    rig.run("-c", ONBOARD.replace("example/engine", "example/nowhere"))
    assert rig.ends(2) == "error"
    assert len(host.asked) == 1


def test_a_sync_without_all_rows_is_no_success(rig: Rig):
    """The sync counts: a step that saves nothing does not end as complete."""
    silent = "from integrations import saving; saving.save_files = print; "
    with pytest.raises(AssertionError, match="RowsMissing: 0 files of"):
        rig.manage("shell", "-c", silent + SYNC)


KILLED = """
import os, sys, time
from pathlib import Path
from cases.rig.rig import rigged

with rigged(Path(sys.argv[1]), "sqlite://:memory:", "http://127.0.0.1:1") as rig:
    worker = rig.start_worker()
    while " ready." not in rig.log():
        time.sleep(0.1)
    print(worker.pid, flush=True)
    time.sleep(60)
"""


def test_a_run_that_is_killed_leaves_no_worker(tmp_path: Path):
    """The worker, its pool and what forks them end when nobody waits for them."""
    running = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    worker = psutil.Process(int(running.stdout.readline()))
    server = worker.parent()
    assert server is not None
    begun = [server, worker, *worker.children()]
    assert len(begun) == 3
    running.kill()
    running.wait()
    _, left = psutil.wait_procs(begun, timeout=20)
    for one in left:
        one.kill()
    assert left == []
