"""What tests share: pages written into a folder, their runs, and what runs leave."""

import os
import secrets
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg
import pytest
import redis

from proof.databases.database import PREFIX
from proof.databases.find_server import find_postgres, find_redis
from proof.errors import LaneUnavailable
from proof.example import Example
from proof.judging.check import verdict_on
from proof.outcome import Outcome
from proof.reading.extract import extract
from proof.report import Report
from proof.verdict import Verdict

GOAL = 'Order.objects.filter(pk=7, status="cancelled").exists()'


def fence(
    name: str,
    code: str,
    title: str = "✅ It works",
    place: str = "service",
    twin: str | None = None,
    call: str | None = None,
) -> str:
    """Return a block of Markdown; in the place service, `act()` is called."""
    if place == "service" and call is None:
        call = "act()"
    options = {
        "title": title,
        "data-place": place,
        "data-twin": twin,
        "data-call": call,
    }
    header = " ".join(f'{k}="{v}"' for k, v in options.items() if v is not None)
    return f"```python {{#{name} {header}}}\n{code.strip()}\n```\n"


CANCEL = f"""
from trading.models import Order


def act():
    Order.objects.filter(pk=7).update(status="cancelled")


# ✅ committed: {GOAL}
"""


LOOK = """
from trading.models import Order


def act():
    Order.objects.get(pk=7)
"""
"""Sets out for the goal, and does nothing for it."""
TWIN_AND_LOST = (
    fence("right", CANCEL),
    fence("wrong", f"{LOOK}\n\n# ❌ lost: {GOAL}", "❌ It fails", twin="right"),
)


def write(folder: Path, *blocks: str, name: str = "page.md") -> Path:
    """Write a page of blocks and return the folder of the pages."""
    docs = folder / "docs"
    docs.mkdir(parents=True, exist_ok=True)
    (docs / name).write_text("\n".join(blocks), "utf-8")
    return docs


def written(folder: Path, *blocks: str) -> tuple[Example, ...]:
    """Write a page of blocks and return its examples."""
    return extract(write(folder, *blocks))


def verdicts(
    report: Report, examples: Sequence[Example]
) -> dict[tuple[str, str], Verdict]:
    """Return the verdict on each outcome, by example and lane."""
    return {
        (one.example, one.lane): verdict_on(one, examples) for one in report.outcomes
    }


def outcome_of(report: Report, name: str, lane: str = "sqlite") -> Outcome:
    """Return one outcome of a run."""
    return report.of(name)[lane]


def postgres_url() -> str | None:
    """Return the URL of the PostgreSQL server that the runs use, if one answers."""
    try:
        return find_postgres().url
    except LaneUnavailable:
        return None


def lanes_here() -> tuple[str, ...]:
    """Return the lanes that this machine can run."""
    return ("sqlite", "postgresql") if postgres_url() else ("sqlite",)


def databases(marks: Iterable[str]) -> list[str]:
    """Return the databases on the PostgreSQL server of the runs with these marks."""
    url = postgres_url()
    if url is None:
        return []
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
    mine = tuple(f"{PREFIX}{mark}_" for mark in marks)
    return sorted(str(row[0]) for row in rows if str(row[0]).startswith(mine))


def redis_url() -> str | None:
    """Return the URL of the Redis server that the runs use, if one answers."""
    try:
        return find_redis().url
    except LaneUnavailable:
        return None


def keys(marks: Iterable[str]) -> list[str]:
    """Return the keys on the Redis server of the runs with these marks."""
    url = redis_url()
    if url is None:
        return []
    with redis.from_url(url, decode_responses=True) as server:
        found = [list(server.scan_iter(f"{PREFIX}{mark}_*")) for mark in marks]
    return sorted(key for some in found for key in some)


@contextmanager
def marks_of_runs() -> Iterator[list[str]]:
    """Collect the marks of the runs of this process, each lane its own."""
    marks: list[str] = []

    def token(size: int) -> str:
        marks.append(secrets.token_hex(size))
        return marks[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("proof.running.run.secrets", SimpleNamespace(token_hex=token))
        yield marks


def processes_in(folder: Path) -> list[psutil.Process]:
    """Return every process that was started with this folder for temporary files."""
    return [one for one in psutil.process_iter() if _is_in(one, folder)]


def _is_in(process: psutil.Process, folder: Path) -> bool:
    try:
        if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
            return False
        places = (process.environ().get("TMPDIR", ""), process.cwd())
        return any(Path(place).is_relative_to(folder) for place in places)
    except psutil.Error:
        return False


def any_port() -> int:
    """Return a port that is free, and not the one that others try first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
