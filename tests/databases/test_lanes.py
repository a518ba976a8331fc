"""A lane that cannot run, or is lost, says why in a line and costs nothing else."""

import os
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from support import (
    CANCEL,
    GOAL,
    databases,
    fence,
    lanes_here,
    marks_of_runs,
    postgres_url,
    written,
)

from proof.databases.database import is_full, refuse_if_full
from proof.databases.find_server import POSTGRES_URL, find_postgres
from proof.databases.postgres import Postgres
from proof.databases.server import Server
from proof.databases.sqlite import Sqlite
from proof.errors import LaneUnavailable
from proof.example import Example
from proof.keeping.evidence import load, save
from proof.outcome import Outcome, Raised
from proof.project import PROJECT, ROOT
from proof.running.messages import Setup
from proof.running.remote import Interpreter
from proof.running.run import run

needs_postgres = pytest.mark.skipif(
    "postgresql" not in lanes_here(), reason="no PostgreSQL server answers"
)
ROLE = f"proof_test_{os.getpid()}"


@pytest.fixture
def examples(tmp_path: Path) -> tuple[Example, ...]:
    """Return six examples that hold."""
    return written(tmp_path, *(fence(f"right-{n}", CANCEL) for n in range(6)))


def url_for(**parts: object) -> str:
    """Return the server's URL with another user or port."""
    split = urlsplit(postgres_url() or "")
    user = parts.get("user", split.username)
    port = parts.get("port", split.port or 5432)
    return urlunsplit(split._replace(netloc=f"{user}@127.0.0.1:{port}"))


@contextmanager
def role(options: str) -> Iterator[None]:
    """Make a role on the server for a while."""
    with psycopg.connect(postgres_url() or "", autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {ROLE} {options}")
        try:
            yield
        finally:
            admin.execute(f"DROP ROLE {ROLE}")


@pytest.mark.usefixtures("no_programs")
def test_nothing_listens(
    examples: tuple[Example, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not answer is named in a line, and the other lane runs."""
    monkeypatch.setenv(POSTGRES_URL, "postgresql://me:secret@127.0.0.1:1/postgres")
    report = run(examples[:1], examples, ["postgresql", "sqlite"])
    assert report.left_out == {
        "postgresql": f"the server of {POSTGRES_URL}: connection failed: connection "
        'to server at "127.0.0.1", port 1 failed: Connection refused; no programs'
    }
    assert [(one.lane, one.end) for one in report.outcomes] == [("sqlite", "returned")]
    assert report.lost == frozenset()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("bogus", 'missing "=" after "bogus" in connection info string'),
        ("postgresql://me@127.0.0.1:99999/x", "connection is bad: invalid port number"),
        ("postgresql://me@host.invalid/x", "failed to resolve host 'host.invalid'"),
    ],
)
def test_a_wrong_address(
    url: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address that means nothing is a reason in one line, not a traceback."""
    monkeypatch.setenv(POSTGRES_URL, url)
    with pytest.raises(LaneUnavailable) as caught:
        find_postgres()
    assert str(caught.value).startswith(f"the server of {POSTGRES_URL}: {reason}")
    assert "\n" not in str(caught.value)


@needs_postgres
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("NOLOGIN", f'FATAL:  role "{ROLE}" is not permitted to log in'),
        ("LOGIN", "postgresql: permission denied to create database"),
        (
            "LOGIN CREATEDB CONNECTION LIMIT 1",
            f'FATAL:  too many connections for role "{ROLE}"',
        ),
        (
            "LOGIN CREATEDB CONNECTION LIMIT 2",
            f'FATAL:  too many connections for role "{ROLE}"',
        ),
    ],
    ids=["lets nobody in", "makes no database", "full", "full half-way"],
)
@pytest.mark.usefixtures("no_programs")
def test_a_server_that_refuses(
    options: str,
    reason: str,
    examples: tuple[Example, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that refuses or is full gives its reason in one line."""
    with role(options), marks_of_runs() as marks:
        monkeypatch.setenv(POSTGRES_URL, url_for(user=ROLE))
        report = run(examples[:1], examples, ["postgresql"], jobs=1)
        monkeypatch.delenv(POSTGRES_URL)
        assert databases(marks) == []
    assert report.outcomes == ()
    assert list(report.left_out) == ["postgresql"]
    assert reason in report.left_out["postgresql"]
    assert "\n" not in report.left_out["postgresql"]


@pytest.mark.parametrize("empty", [True, False])
def test_a_server_that_refuses_a_lanes_processes(empty: bool, tmp_path: Path) -> None:
    """A server that refuses the template, or the look at it, says so in a line."""
    nobody = "postgresql://me@127.0.0.1:1/postgres"
    setup = Setup("postgresql", str(tmp_path), "aa33", nobody, 1.0)
    path = os.pathsep.join(map(str, [ROOT, *PROJECT.sources]))
    interpreter = Interpreter({**os.environ, "PYTHONPATH": path}, 1, [])
    try:
        with pytest.raises(LaneUnavailable) as caught:
            interpreter.start(setup, {}, (), empty=empty)
    finally:
        interpreter.close()
    assert str(caught.value) == (
        "postgresql: connection failed: connection to server at "
        '"127.0.0.1", port 1 failed: Connection refused'
    )


class Proxy:
    """A server before the server, which can be made to die."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def die(self) -> None:
        """Close every connection and accept no more."""
        for one in [self._listener, *self._open]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open += [client, server]
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=_pump, args=ends, daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@needs_postgres
def test_a_server_that_dies_half_way(
    examples: tuple[Example, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that dies costs its lane the rest, and no evidence of either lane."""
    recorded = tmp_path / "evidence"
    old = [
        Outcome(e.id, lane, "returned", printed=("old",))
        for e in examples
        for lane in ("sqlite", "postgresql")
    ]
    save(examples, old, recorded)
    proxy = Proxy(urlsplit(postgres_url() or "").port or 5432)

    def after_two(outcome: Outcome) -> None:
        seen.append(outcome.lane)
        if seen.count("postgresql") == 2:
            proxy.die()

    seen: list[str] = []
    with marks_of_runs() as marks:
        monkeypatch.setenv(POSTGRES_URL, url_for(port=proxy.port))
        both = ["postgresql", "sqlite"]
        report = run(examples, examples, both, jobs=2, progress=after_two)
        monkeypatch.delenv(POSTGRES_URL)
        _tidy(marks)
    assert report.lost == {"postgresql"}
    assert report.left_out["postgresql"].startswith("postgresql: ")
    assert "\n" not in report.left_out["postgresql"]
    ran = [one for one in report.outcomes if one.lane == "postgresql"]
    assert 2 <= len(ran) < 6
    assert all(one.answers == {GOAL: True} for one in report.outcomes)
    assert sum(one.lane == "sqlite" for one in report.outcomes) == 6

    save(examples, report.outcomes, recorded)
    kept = load(recorded)
    for example in examples:
        outcomes = kept[example.id].outcomes
        assert outcomes["sqlite"].printed == ()
        is_new = any(one.example == example.id for one in ran)
        assert outcomes["postgresql"].printed == (() if is_new else ("old",))


def on_server(mark: str, url: str = "") -> Postgres:
    """Return the lane of a run with this mark."""
    return Postgres("postgresql", Path(), mark, Server(url or postgres_url() or ""))


def _tidy(marks: list[str]) -> None:
    """Drop what a run could not: its server was gone."""
    for mark in marks:
        on_server(mark).sweep()
    assert databases(marks) == []


def test_two_runs_do_not_meet(tmp_path: Path) -> None:
    """Runs at the same time have folders, databases and outcomes of their own."""
    examples = written(tmp_path, fence("one", CANCEL))
    with marks_of_runs() as marks, ThreadPoolExecutor(2) as pool:
        both = list(
            pool.map(lambda _: run(examples, examples, lanes_here(), jobs=1), range(2))
        )
    assert databases(marks) == []
    for report in both:
        assert len(report.outcomes) == len(lanes_here())
        assert {one.end for one in report.outcomes} == {"returned"}
        assert all(len(one.changes) == 1 for one in report.outcomes)


@needs_postgres
def test_a_sweep_leaves_other_runs_alone() -> None:
    """Only databases that carry the run's own mark are dropped."""
    mine, others = (on_server(mark) for mark in ("aa11", "aa1"))
    try:
        mine.prepare()
        others.prepare()
        others.sweep()
        assert databases(["aa11", "aa1"]) == ["proof_aa11_template"]
    finally:
        mine.sweep()
        others.sweep()
    assert databases(["aa11", "aa1"]) == []


def test_what_is_made_between_two_looks_is_swept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A statement that the server ends after its client has died leaves no database."""
    there: list[str] = []
    is_making = ["CREATE DATABASE"]

    def column(self: Postgres, statement: str, value: str) -> list[str]:
        if "pg_stat_activity" in statement:
            return [*is_making]
        seen = [*there]
        there.extend(f"{value}1" for _ in is_making)
        is_making.clear()
        return seen

    def execute(self: Postgres, statement: str, *names: str) -> None:
        there[:] = [name for name in there if name not in names]

    monkeypatch.setattr(Postgres, "_column", column)
    monkeypatch.setattr(Postgres, "_execute", execute)
    on_server("aa33", "postgresql://me@host/x").sweep()
    assert there == []


def test_a_template_that_is_being_read_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A database is made from a template as soon as nobody reads the template."""
    tries: list[tuple[str, ...]] = []

    def execute(self: Postgres, statement: str, *names: str) -> None:
        tries.append(names)
        if len(tries) < 3:
            raise LaneUnavailable("in use") from psycopg.errors.ObjectInUse()

    monkeypatch.setattr(Postgres, "_execute", execute)
    url = on_server("aa22", "postgresql://me@host/x").create("1")
    assert url == "postgresql://me@host/proof_aa22_1"
    assert tries == [("proof_aa22_1", "proof_aa22_template")] * 3


def test_another_error_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything else that the server says is told at once."""

    def execute(self: Postgres, statement: str, *names: str) -> None:
        raise LaneUnavailable("disk full") from psycopg.errors.DiskFull()

    monkeypatch.setattr(Postgres, "_execute", execute)
    with pytest.raises(LaneUnavailable, match="disk full"):
        on_server("aa22", "postgresql://me@host/x").create("1")


@pytest.mark.parametrize(
    ("message", "full"),
    [
        ('FATAL:  too many connections for role "x"', True),
        ("FATAL:  sorry, too many clients already", True),
        ("FATAL:  remaining connection slots are reserved for x", True),
        ("database is locked", False),
    ],
)
def test_a_full_server_is_told_from_a_failing_example(message: str, full: bool) -> None:
    """An example that could not connect, as the server was full, is no outcome."""
    outcome = Outcome("a", "postgresql", "raised", Raised("E", f"{message}\nmore", 1))
    assert is_full(message) is full
    refuse_if_full("postgresql", replace(outcome, raised=None))
    if full:
        with pytest.raises(LaneUnavailable, match=re.escape(f"postgresql: {message}")):
            refuse_if_full("postgresql", outcome)
    else:
        refuse_if_full("postgresql", outcome)


def test_a_file_of_its_own(tmp_path: Path) -> None:
    """On SQLite, each example has a copy of the template, dropped with its journal."""
    lane = Sqlite("sqlite", tmp_path, "aa22")
    (tmp_path / "sqlite_template.sqlite3").write_bytes(b"rows")
    url = lane.create("7_1")
    assert (tmp_path / "7_1.sqlite3").read_bytes() == b"rows"
    (tmp_path / "7_1.sqlite3-wal").touch()
    lane.drop(url)
    lane.drop(url)
    assert [one.name for one in tmp_path.iterdir()] == ["sqlite_template.sqlite3"]
    lane.close()
    assert list(tmp_path.iterdir()) == []
