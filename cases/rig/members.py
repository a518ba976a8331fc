"""The members sync under faults: what is lost, doubled or stuck once it is over."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases.rig.databases import databases
from cases.rig.host import Fault, Host, fails, served, slow
from cases.rig.rig import Rig, rigged

AT_A_TIME = 3
"""Runs at a time: they wait most of the time."""
PAGES = "/members"
STALE_AFTER = 15
NOBODY_LISTENS = "redis://127.0.0.1:1"
USER = """
import django; django.setup()
import sys, time
from django.contrib.auth.models import User
from django.test import Client
from members.models import Integration, Member, Seat
from members.tasks import sync_members

first, clicks = sys.argv[1], int(sys.argv[2])
user, _ = User.objects.get_or_create(username="clicking")
Seat.objects.get_or_create(user=user, team_id=1)
Member.objects.get_or_create(team_id=1, login="left-long-ago", role="member")
client = Client(SERVER_NAME="localhost")
client.force_login(user)
for click in range(clicks):
    client.post("/teams/engine/members/sync/")
    if first == "message twice" and click == 0:
        sync_members.delay(1, 1)
    if first == "two clicks" and click == 0:
        client.post("/teams/engine/members/sync/")
    status, deadline = "syncing", time.monotonic() + 40
    while status == "syncing" and time.monotonic() < deadline:
        time.sleep(0.2)
        client.get("/teams/engine/members/progress/", headers={"HX-Request": "true"})
        status = Integration.objects.get(pk=1).member_sync_status
    print(status)
    if status == "complete":
        break
"""


@dataclass(frozen=True)
class Broken:
    """A fault: what breaks, in the worker, at the code host, or at the first click."""

    name: str
    worker: str = ""
    host: Fault | None = None
    doubled: bool = False
    click: str = ""


def _worker(act: str, name: str, *places: tuple[str, str]) -> Iterator[Broken]:
    for function, when in places:
        yield Broken(f"{name} {when}", worker=f"{act} {function}")


FAULTS = (
    Broken("nothing"),
    Broken("two clicks", click="two clicks"),
    Broken("the message sent twice", click="message twice"),
    Broken("the queue down at the first click", click="queue down"),
    *_worker(
        "kill-process",
        "a process of the pool killed",
        ("members.tasks.read 1", "before the first page"),
        ("members.status.saw 3", "at the third page"),
        ("members.tasks._remove 1", "in the transaction"),
    ),
    *_worker(
        "kill-worker",
        "the whole worker killed",
        ("members.tasks.read 1", "before the first page"),
        ("members.status.saw 3", "at the third page"),
        ("members.tasks._remove 1", "in the transaction"),
    ),
    *_worker(
        "disconnect",
        "the database connection ended",
        ("members.tasks.read 1", "before the first page"),
        ("members.tasks._remove 1", "in the transaction"),
    ),
    Broken("a page of the code host after the time-out", host=slow(PAGES, 6.0)),
    Broken("a page fails once", host=fails("page=3", times=1)),
    Broken("a page fails until the second click", host=fails("page=3", times=3)),
    Broken("each member sent twice", doubled=True),
)


def broken(lane: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Return what is so after each fault in a lane."""
    chosen = chosen_in(lane)
    with databases(lane, folder) as make, ThreadPoolExecutor(AT_A_TIME) as pool:
        urls = [make() for _ in chosen]
        folders = [folder / str(number) for number in range(len(chosen))]
        seen = pool.map(_after, chosen, urls, folders)
        return dict(zip([one.name for one in chosen], seen, strict=True))


def chosen_in(lane: str) -> list[Broken]:
    """Return the faults that a lane can have: SQLite has no server to lose."""
    served = lane == "postgresql"
    return [one for one in FAULTS if served or "disconnect" not in one.worker]


def _look(rig: Rig, said: str) -> dict[str, Any]:
    """Count what is wrong, over a connection of its own."""
    rows = [str(one[0]) for one in rig.ask("SELECT login FROM members_member")]
    wanted = {f"dev-{number:02}" for number in range(1, 24)}
    status = str(rig.ask("SELECT member_sync_status FROM members_integration")[0][0])
    return {
        "statuses": said.split(),
        "lost": len(wanted - set(rows)),
        "doubled": len(rows) - len(set(rows) & wanted),
        "stuck": int(status == "syncing"),
    }


def _after(fault: Broken, database: str, folder: Path) -> dict[str, Any]:
    """Run the sync with a fault, until it is complete or the user gives up."""
    host = Host(fault=fault.host, doubled=fault.doubled)
    with ExitStack() as stack:
        url = stack.enter_context(served(host))
        settings = {"MEMBER_SYNC_STALE_AFTER": str(STALE_AFTER)}
        if fault.worker:
            settings["PIPELINE_FAULT"] = fault.worker
            settings["PIPELINE_ONCE"] = str(folder / "once")
        rig = stack.enter_context(rigged(folder, database, url, **settings))
        _start(rig)
        stack.enter_context(_revived(rig, fault))
        said = ""
        if fault.click == "queue down":
            said = rig.run("-c", USER, "", "1", CELERY_BROKER_URL=NOBODY_LISTENS)
        said += rig.run("-c", USER, fault.click, "3")
        assert _happened(fault, host, folder, said), f"{fault.name}: it did not happen"
        return _look(rig, said)


def _happened(fault: Broken, host: Host, folder: Path, said: str) -> bool:
    """Tell whether the fault was met: a run without it says nothing."""
    if fault.worker:
        return (folder / "once").exists()
    if fault.host:
        return host.times("page=1") > 1
    return fault.click != "queue down" or said.startswith("error")


def _start(rig: Rig) -> None:
    """Start a worker that the fault can break."""
    rig.start_worker("--include=cases.rig.faults")


def _revived(rig: Rig, fault: Broken) -> ExitStack:
    """Start another worker when the first one is dead, as a service manager does."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):
            if not rig.workers[-1].is_alive() and not ended.is_set():
                _start(rig)

    stack = ExitStack()
    thread = threading.Thread(target=watch, daemon=True)
    if "whole worker" in fault.name:
        thread.start()
        stack.callback(thread.join)
    stack.callback(ended.set)
    return stack
