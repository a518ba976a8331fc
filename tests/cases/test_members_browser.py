"""The members sync as its user sees it: Chromium, a real server, a real worker."""

import os
import re
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from statistics import median

import psutil
import pytest
from chromium import browser, sideways, violations
from members_stage import (
    COMPLETE,
    ERROR,
    STALE_AFTER,
    SYNCING,
    Team,
    connect_to,
    picture,
    stage,
    team,
    token,
)

pytestmark = pytest.mark.slow

__all__ = ["browser", "stage", "team"]

ASKED = """performance.getEntriesByType("resource")
  .filter((one) => one.initiatorType === "xmlhttprequest")
  .map((one) => one.startTime)"""
"""When the page asked, by its own clock: this process may hear of it late."""
NOBODY_LISTENS = "redis://127.0.0.1:1"


def test_click_progress_complete(team: Callable[..., Team]) -> None:
    """A click is answered before a worker begins; the page follows to the end."""
    shown = team("example-slow")
    picture(shown, "1-pending")
    shown.page.evaluate("performance.clearResourceTimings()")
    worker = psutil.Process(shown.stage.demo.pid("worker"))
    worker.suspend()
    try:
        shown.sync()
        shown.see(SYNCING, "0 members read so far")
    finally:
        worker.resume()
    shown.see(SYNCING, re.compile(r"\b[1-9]\d* members read so far"), seconds=5)
    picture(shown, "2-syncing")
    shown.see(COMPLETE, "23 new, 0 changed, 1 removed, of 23 in all")
    shown.see("#member-list h2", "23 members")
    picture(shown, "3-complete")
    assert shown.page.evaluate("document.activeElement.innerText") == "Sync now"
    asked = shown.page.evaluate(ASKED)
    polls = [(later - one) / 1000 for one, later in pairwise(asked)]
    assert len(polls) > 2 and min(polls) > 0.9 and median(polls) < 2, polls
    assert shown.members() == (23, 23)
    assert shown.complaints == []


def test_click_twice(team: Callable[..., Team]) -> None:
    """Two clicks, and four requests at the same time, begin one run."""
    shown = team("example-slow")
    shown.page.get_by_role("button", name="Sync now").dblclick()
    shown.see(SYNCING)
    path = f"teams/team-{shown.number}/members/sync/"
    web = shown.stage.web
    data = token(web)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: web.post(path, data=data), range(4)))
    assert [answer.status_code for answer in answers] == [302] * 4
    shown.see(COMPLETE, "23 new")
    assert shown.row("run") == (1,)


def test_pool_process_killed(team: Callable[..., Team]) -> None:
    """When a process of the pool is killed, the task is given to another."""
    shown = team("example-slow")
    shown.sync()
    shown.stage.wait_until(lambda: shown.row("read")[0] >= 5)
    # An idle one holds the lock of the pool's queue, which then stays locked for ever.
    pool = psutil.Process(shown.stage.demo.pid("worker")).children()
    (busy,) = [one for one in pool if one.net_connections()]
    busy.kill()
    shown.see(COMPLETE, "23 new, 0 changed, 1 removed, of 23 in all")
    assert (shown.row("run"), shown.members()) == ((1,), (23, 23))


def test_worker_killed(team: Callable[..., Team]) -> None:
    """When the whole worker is killed, the run ends by itself and can begin again."""
    shown = team("example-slow")
    shown.sync()
    shown.stage.wait_until(lambda: shown.row("read")[0] >= 5)
    os.killpg(shown.stage.demo.pid("worker"), signal.SIGKILL)
    shown.see(ERROR, f"No worker has reported for {STALE_AFTER} s. No member was")
    picture(shown, "4-worker-killed")
    assert shown.members() == (1, 1)
    assert not list(shown.stage.folder.glob("queue/*.msg"))
    shown.stage.demo.stop("worker")
    shown.stage.demo.start_worker()
    # A worker that is still starting lets the next run grow stale, too.
    worker = psutil.Process(shown.stage.demo.pid("worker"))
    shown.stage.wait_until(worker.children)
    connect_to(shown, "example")
    shown.sync()
    shown.see(COMPLETE, "23 new, 0 changed, 1 removed")
    assert (shown.row("run"), shown.members()) == ((2,), (23, 23))


def test_queue_down(team: Callable[..., Team]) -> None:
    """When the queue does not answer, the page says so, and a later click works."""
    shown = team("example")
    demo = shown.stage.demo
    demo.stop("server")
    demo.start_server(CELERY_BROKER_URL=NOBODY_LISTENS)
    shown.sync()
    shown.see(ERROR, "The task queue cannot be reached, so nothing was started.", 10)
    picture(shown, "5-queue-down")
    assert (shown.row("status"), shown.members()) == (("error",), (1, 1))
    demo.stop("server")
    demo.start_server()
    shown.sync()
    shown.see(COMPLETE, "23 new")


def test_code_host_fails(team: Callable[..., Team]) -> None:
    """When the code host fails half-way, nothing is written, and the page says why."""
    shown = team("example-broken")
    shown.sync()
    shown.see(ERROR, "The code host does not answer")
    shown.see(ERROR, "answered 503, page 3 cannot be read")
    picture(shown, "6-code-host-fails")
    assert (shown.row("read"), shown.members()) == ((10,), (1, 1))


def test_without_javascript(team: Callable[..., Team]) -> None:
    """Without JavaScript the button leads back to the page, which can be reloaded."""
    shown = team("example-slow", java_script_enabled=False)
    shown.sync()
    shown.see(SYNCING, "Syncing")
    shown.stage.wait_until(lambda: shown.row("status") == ("complete",))
    shown.page.get_by_role("link", name="Reload the page").click()
    shown.see(COMPLETE, "23 new")


def test_connect(team: Callable[..., Team]) -> None:
    """Connecting begins a sync of the new organisation and does not wait for it."""
    shown = team("example-empty")
    shown.page.get_by_role("textbox", name="Organisation").fill("example-repeats")
    shown.page.get_by_role("button", name="Connect").click()
    shown.see(".messages", "Connected to example-repeats. Its members are read in the")
    shown.see(COMPLETE, "23 new, 0 changed, 1 removed, of 23 in all")
    assert shown.members() == (23, 23)


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (412, "dark")])
def test_accessible(team: Callable[..., Team], width: int, scheme: str) -> None:
    """Each state of the page is accessible, and no wider than its window."""
    size = {"width": width, "height": 900}
    shown = team("example-empty", viewport=size, color_scheme=scheme)
    page = shown.page
    for state in ("pending", "syncing", "complete", "error"):
        shown.stage.execute(
            "UPDATE members_integration SET member_sync_status = ?,"
            " member_sync_seen_at = DATETIME('now'),"
            " member_sync_finished_at = DATETIME('now'),"
            " member_sync_error = 'GET ' || HEX(ZEROBLOB(60)) WHERE team_id = ?",
            state,
            shown.number,
        )
        page.reload()
        shown.see(f"#member-sync [data-status={state}]")
        assert violations(page) == [], state
        assert sideways(page) <= 0, state
    _look_at(shown, f"teams/team-{shown.number}/repositories/")
    _look_at(shown, "")
    page.context.clear_cookies()
    _look_at(shown, "login/")


def _look_at(shown: Team, path: str) -> None:
    shown.page.goto(shown.stage.demo.address + path)
    assert violations(shown.page) == [], path
    assert sideways(shown.page) <= 0, path
