"""The pipeline under faults: what is lost, doubled or stuck once it is over."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from cases.rig.databases import databases
from cases.rig.host import Host, fails, served, slow, wait_until
from cases.rig.rig import Rig, rigged

ALL = {"pull requests": 14, "reviews": 15, "commits": 21, "files": 28}
AT_A_TIME = 6
"""Runs at a time: they wait most of the time."""
SETTINGS = {"SYNC_RESUME_AFTER": "2"}
REFUSES = {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
"""A broker at a port that refuses."""
PATIENCE = 60.0
"""Seconds after which a sync that has not ended is stuck."""
HELD = 2.5
"""Seconds for which another connection holds the tables; SQLite waits for one."""
ONBOARD = """
import django; django.setup()
from django.contrib.auth.models import User
from django.test import Client
from members.models import Seat
client = Client(SERVER_NAME="localhost")
user = User.objects.get(pk=1)
Seat.objects.get_or_create(user=user, team_id=1)
client.force_login(user)
path = "/teams/engine/repositories/"
answer = client.post(path, {"full_name": "example/engine"}, follow=True)
print(answer.status_code, answer.redirect_chain, answer.content.decode())
"""
"""A user asks for the sync on the page."""
Fault = Callable[[Rig, Host], None]


def broken(lane: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Return what is so after each fault in a lane."""
    chosen = [one for one in FAULTS if lane == "postgresql" or one not in OF_A_SERVER]
    with databases(lane, folder) as make, ThreadPoolExecutor(AT_A_TIME) as pool:
        urls = {name: make() for name in chosen}
        run = partial(_after, folder, urls)
        return dict(zip(chosen, pool.map(run, chosen), strict=True))


def _after(folder: Path, urls: dict[str, str], name: str) -> dict[str, Any]:
    host = Host()
    with ExitStack() as stack:
        address = stack.enter_context(served(host))
        run = rigged(folder / name, urls[name], address, **SETTINGS)
        rig = stack.enter_context(run)
        FAULTS[name](rig, host)
        status = rig.ends(seconds=PATIENCE)
        rows = rig.rows()
        lost = sum(ALL[table] - rows[table] for table in ALL)
        return {"lost": lost, "doubled": rig.doubled(), "status": status}


def _healthy(rig: Rig) -> None:
    """Start a worker as a supervisor does, with the beat that resumes."""
    rig.start_worker("--beat", "--schedule", str(rig.folder / "beat"))


def _breaks(told: str) -> Fault:
    """Return a fault: the first worker breaks, and another is started if it ended."""

    def fault(rig: Rig, host: Host) -> None:
        once = rig.folder / "broken"
        faulty = rig.start_worker(
            "--include",
            "cases.rig.faults",
            PIPELINE_FAULT=told,
            PIPELINE_ONCE=str(once),
        )
        rig.run("-c", ONBOARD)
        assert wait_until(once.exists, 60), rig.log()
        if told.startswith("kill-worker"):
            faulty.join(30)
            _healthy(rig)

    return fault


def _queue_refuses(rig: Rig, host: Host) -> None:
    said = rig.run("-c", ONBOARD, **REFUSES)
    assert "The queue does not answer" in said, said
    _healthy(rig)


def _queue_is_no_folder(rig: Rig, host: Host) -> None:
    wrong = rig.folder / "queue"
    said = rig.run("-c", _WITHOUT_FOLDER + ONBOARD, WRONG=str(wrong / "gone"))
    assert "The queue does not answer" in said, said
    _healthy(rig)


_WITHOUT_FOLDER = """
import os
from django.conf import settings
options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
options.update(data_folder_out=os.environ["WRONG"])
"""


def _host(fault: Any = None, doubled: bool = False) -> Fault:
    """Return a fault of the code host."""

    def arranged(rig: Rig, host: Host) -> None:
        host.fault, host.doubled = fault, doubled
        _healthy(rig)
        rig.run("-c", ONBOARD)

    return arranged


def _fails_for_good(rig: Rig, host: Host) -> None:
    """The sync ends in an error, and a user asks again when the host is well."""
    _host(fails("/2406/commits", times=99))(rig, host)
    assert rig.ends(seconds=60) == "error", rig.log()
    host.fault = None
    rig.run("-c", ONBOARD)


def _asked_twice(rig: Rig, host: Host) -> None:
    """Two tasks for one repository, at the same time."""
    # Both are queued before a worker writes: on SQLite the page waits for a second.
    for _ in range(2):
        rig.run("-c", ONBOARD)
    for _ in range(2):
        rig.start_worker()
    assert wait_until(lambda: rig.log().count("] succeeded in ") == 2, 60), rig.log()


def _held(rig: Rig, host: Host) -> None:
    """Another connection holds the tables when the second page is asked for."""
    let_go = threading.Event()

    async def fault(host: Host, path: str) -> None:
        if "page=2" in path and host.times("page=2") == 1:
            taken = threading.Event()
            threading.Thread(target=_hold, args=[rig, taken, let_go]).start()
            taken.wait(10)

    _host(fault)(rig, host)
    let_go.wait(30)


def _hold(rig: Rig, taken: threading.Event, let_go: threading.Event) -> None:
    with _other(rig.database) as execute:
        execute("UPDATE integrations_trackedrepository SET team_id = team_id")
        taken.set()
        time.sleep(HELD)
    let_go.set()


@contextmanager
def _other(database: str) -> Iterator[Callable[[str], Any]]:
    """Give a transaction on a connection of its own; it rolls back."""
    if database.startswith("sqlite"):
        path = unquote(urlsplit(database).path[1:])
        connection = sqlite3.connect(path, timeout=10)
        try:
            yield connection.execute
        finally:
            connection.rollback()
            connection.close()
    else:
        with psycopg.connect(database) as other:
            yield lambda statement: other.execute(statement.encode())
            other.rollback()


FAULTS: dict[str, Fault] = {
    "worker-at-begin": _breaks("kill-worker integrations.progress.begin 1"),
    "worker-at-first-page": _breaks("kill-worker integrations.services.sync_history 1"),
    "worker-between-pages": _breaks("kill-worker integrations.services.fetch 8"),
    "worker-in-step": _breaks("kill-worker integrations.saving.save_files 8"),
    "worker-after-last-step": _breaks("kill-worker integrations.services.check 1"),
    "worker-before-status": _breaks("kill-worker integrations.progress.complete 1"),
    "process-in-step": _breaks("kill-process integrations.saving.save_files 8"),
    "queue-refuses": _queue_refuses,
    "queue-is-gone": _queue_is_no_folder,
    "database-in-step": _breaks("disconnect integrations.saving.save_files 8"),
    "database-between-steps": _breaks("disconnect integrations.services.step 8"),
    "database-held": _held,
    "host-slow": _host(slow("/2406/commits", 7)),
    "host-fails-page": _host(fails("page=2")),
    "host-fails-list": _host(fails("/2406/commits")),
    "host-fails-for-good": _fails_for_good,
    "host-doubles": _host(doubled=True),
    "asked-twice": _asked_twice,
}
"""Each fault by its name; the page says the rest."""
OF_A_SERVER = frozenset({"database-in-step", "database-between-steps"})
"""Faults of a connection to a server; SQLite has none to lose."""
