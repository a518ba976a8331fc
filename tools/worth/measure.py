"""Measure requests a second and connections held, by server and by view.

client ──▶ server ──▶ sandbox, which takes its time
              └─────▶ PostgreSQL, which is asked how many connections it has
"""

import asyncio
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psycopg

from cases.rig.databases import databases
from proof.project import ROOT

HOST = "127.0.0.1"
PROCESSES = 2
THREADS = 8
ORDERS = (7, 8, 9, 10)
WAITS = ("one_by_one", "in_threads", "bridged", "awaited")
"""Views that wait for another host."""
READS = ("plain", "plain_async")
"""Views that read one row."""
ENDS_WITHIN = 20.0
"""Seconds after which a server that was told to end is killed."""


@dataclass(frozen=True)
class Setting:
    """A server, what stands before its views, and the views that it is asked for."""

    server: str
    layer: str
    views: Sequence[str]
    requests: int
    at_a_time: int


SETTINGS = (
    *(Setting(one, "", WAITS, 40, 20) for one in ("gunicorn", "gthread", "uvicorn")),
    *(Setting(one, "", READS, 400, 8) for one in ("gunicorn", "gthread", "uvicorn")),
    Setting("uvicorn", "sync_layer", READS, 400, 8),
    Setting("uvicorn", "async_layer", READS, 400, 8),
)


@dataclass(frozen=True)
class Measured:
    """What one view did: `alone` and `rate` are seconds and requests a second."""

    server: str
    layer: str
    view: str
    alone: float
    rate: float
    connections: int


def worth(folder: Path, settings: Sequence[Setting] = SETTINGS) -> dict[str, Any]:
    """Measure all settings on PostgreSQL, one after the other.

    Raises:
        LaneUnavailable: PostgreSQL is not to be had.
        RuntimeError: a server did not answer as it should.
    """
    with databases("postgresql", folder) as make, _sandbox() as sandbox:
        database = make()
        rows = [asdict(row) for one in settings for row in _of(one, database, sandbox)]
    here = {"python": platform.python_version(), "cores": os.cpu_count()}
    return {**here, "processes": PROCESSES, "threads": THREADS, "rows": rows}


def _of(setting: Setting, database: str, sandbox: str) -> Iterator[Measured]:
    with _served(setting, database, sandbox) as address:
        for view in setting.views:
            asyncio.run(_asked(address, view, 4 * PROCESSES, PROCESSES))  # warms it up
            alone = median(asyncio.run(_asked(address, view, 1, 1)) for _ in range(5))
            with _counting(database) as counted:
                took = asyncio.run(
                    _asked(address, view, setting.requests, setting.at_a_time)
                )
            yield Measured(
                setting.server,
                setting.layer,
                view,
                round(alone, 4),
                round(setting.requests / took, 2),
                max(counted),
            )


async def _asked(address: str, view: str, requests: int, at_a_time: int) -> float:
    """Return the seconds that so many requests took, so many at a time."""
    turns = asyncio.Semaphore(at_a_time)
    limits = httpx.Limits(max_connections=at_a_time)
    async with httpx.AsyncClient(
        base_url=address, timeout=60, verify=False, limits=limits, trust_env=False
    ) as client:

        async def ask(number: int) -> None:
            async with turns:
                path = f"/{view}/{ORDERS[number % len(ORDERS)]}/"
                answer = await client.get(path)
                if answer.status_code != httpx.codes.OK:
                    raise RuntimeError(f"{path} answered {answer.status_code}")

        begun = time.monotonic()
        await asyncio.gather(*map(ask, range(requests)))
        return time.monotonic() - begun


@contextmanager
def _served(setting: Setting, database: str, sandbox: str) -> Iterator[str]:
    listener = socket.create_server((HOST, 0), backlog=128)
    # asyncio sets this for a socket that it opens, and not for one that it is given.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.set_inheritable(True)
    number = listener.fileno()
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "SANDBOX_URL": sandbox,
        "WORTH_MIDDLEWARE": setting.layer,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "examples")]),
        "PYTHONWARNINGS": "ignore",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", *_command(setting.server, number)],
        cwd=ROOT,
        env=environment,
        pass_fds=[number],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        listener.close()
        server.terminate()
        try:
            server.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _command(server: str, number: int) -> list[str]:
    if server == "uvicorn":
        quietly = ["--lifespan", "off", "--no-access-log", "--log-level", "critical"]
        workers = ["--workers", str(PROCESSES), "--fd", str(number)]
        return ["uvicorn", "tools.worth.app:asgi", *workers, *quietly]
    threads = ["--threads", str(THREADS)] if server == "gthread" else []
    workers = ["--workers", str(PROCESSES), "--bind", f"fd://{number}", *threads]
    return ["gunicorn", "tools.worth.app:wsgi", *workers, "--log-level", "critical"]


@contextmanager
def _sandbox() -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--until-stdin-closes"],
        cwd=ROOT / "examples",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin and server.stdout
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()
        server.wait(ENDS_WITHIN)


@contextmanager
def _counting(database: str) -> Iterator[list[int]]:
    """Give the numbers of connections that the database has, as time goes on."""
    counted, done = [0], threading.Event()

    def count() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not done.wait(0.02):
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchone()
                counted.append(int(row[0]) if row else 0)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        yield counted
    finally:
        done.set()
        thread.join()
