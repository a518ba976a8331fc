"""The members sync as its user sees it: Chromium, a real server, a real worker."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from chromium import browser, sideways, violations
from playwright.sync_api import Browser, Page, expect

from proof.demo import Demo
from proof.run import janitor, sandbox_server
from proof.site import free_port
from proof.workspace import workspace

__all__ = ["browser"]

STALE_AFTER, POLL_EVERY = 4, 1
"""Seconds, fewer than a project would choose."""
NOBODY_LISTENS = "redis://127.0.0.1:1"
SYNCING, COMPLETE, ERROR = (
    f"#member-sync [data-status={name}]" for name in ("syncing", "complete", "error")
)


@dataclass
class Stage:
    """The running project; each test has a team of its own there."""

    demo: Demo
    folder: Path
    browser: Browser
    web: httpx.Client
    teams: Iterator[int] = field(default_factory=lambda: iter(range(100, 200)))

    def execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement on the database, from outside, and return its rows."""
        path = self.folder / "demo.sqlite3"
        with closing(sqlite3.connect(path, timeout=5)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def wait_until(self, true: Callable[[], object], seconds: float = 15) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it has not come about"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def stage(browser: Browser) -> Iterator[Stage]:
    """The example project with a worker and a server, and a user signed in."""
    with workspace() as folder, janitor(folder), sandbox_server() as sandbox:
        environment = {
            "MEMBER_SYNC_STALE_AFTER": str(STALE_AFTER),
            "MEMBER_SYNC_POLL_EVERY": str(POLL_EVERY),
        }
        demo = Demo(folder, free_port(None), sandbox(), **environment)
        try:
            demo.fill()
            demo.start()
            with closing(_sign_in(demo)) as web:
                yield Stage(demo, folder, browser, web)
        finally:
            demo.stop(number=signal.SIGKILL)


@dataclass
class Team:
    """A team, its page, and what the database says of its sync."""

    stage: Stage
    number: int
    page: Page
    complaints: list[str]

    def sync(self) -> None:
        """Click the button."""
        self.page.get_by_role("button", name="Sync now").click()

    def see(self, selector: str, text: str = "", seconds: float = 15) -> None:
        """Wait until the page shows it."""
        shown = self.page.locator(selector)
        expect(shown).to_contain_text(text, timeout=seconds * 1000)

    def row(self, *names: str) -> tuple[Any, ...]:
        """Return columns of the integration."""
        columns = ", ".join(f"member_sync_{name}" for name in names)
        statement = f"SELECT {columns} FROM members_integration WHERE team_id = ?"
        return self.stage.execute(statement, self.number)[0]

    def members(self) -> tuple[int, int]:
        """Return how many rows, and how many different logins, the team has."""
        statement = "SELECT COUNT(*), COUNT(DISTINCT login) FROM members_member"
        return self.stage.execute(f"{statement} WHERE team_id = ?", self.number)[0]  # type: ignore[return-value]


@pytest.fixture
def team(stage: Stage) -> Iterator[Callable[..., Team]]:
    """Make a team that is connected to an organisation, and open its page."""
    contexts = []

    def made(organisation: str, **options: Any) -> Team:
        number = next(stage.teams)
        _insert(stage, number, organisation)
        context = stage.browser.new_context(**options)
        contexts.append(context)
        for name, value in stage.web.cookies.items():
            cookie = {"name": name, "value": value, "url": stage.demo.address}
            context.add_cookies([cookie])  # type: ignore[list-item]
        complaints: list[str] = []
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(f"{stage.demo.address}teams/team-{number}/members/")
        return Team(stage, number, page, complaints)

    yield made
    for context in contexts:
        context.close()


def _connect_to(team: Team, organisation: str) -> None:
    """Let the team's next sync be of another organisation."""
    statement = "UPDATE members_integration SET organisation = ? WHERE team_id = ?"
    team.stage.execute(statement, organisation, team.number)


def _insert(stage: Stage, number: int, organisation: str) -> None:
    stage.execute(
        "INSERT INTO integrations_team (id, name, slug) VALUES (?, ?, ?)",
        number, f"Team {number}", f"team-{number}",
    )  # fmt: skip
    stage.execute(
        "INSERT INTO members_seat (team_id, user_id)"
        " SELECT ?, id FROM auth_user WHERE username = 'demo'", number,
    )  # fmt: skip
    stage.execute(
        "INSERT INTO members_integration (team_id, organisation, member_sync_status,"
        " member_sync_run, member_sync_read, member_sync_created, member_sync_updated,"
        " member_sync_removed, member_sync_error)"
        " VALUES (?, ?, 'pending', 0, 0, 0, 0, 0, '')", number, organisation,
    )  # fmt: skip
    stage.execute(
        "INSERT INTO members_member (team_id, login, name, role)"
        " VALUES (?, 'left-long-ago', '', 'member')", number,
    )  # fmt: skip


def _sign_in(demo: Demo) -> httpx.Client:
    """Return an HTTP client that has signed in with the form."""
    web = httpx.Client(base_url=demo.address, timeout=20)
    web.get("login/")
    answer = web.post(
        "login/", data={"username": "demo", "password": "demo", **_token(web)}
    )
    assert answer.status_code == 302, answer.text
    return web


def _token(web: httpx.Client) -> dict[str, str]:
    return {"csrfmiddlewaretoken": web.cookies["csrftoken"]}


def test_click_progress_complete(team: Callable[..., Team]) -> None:
    """A click answers at once; the page follows the run to its end, with counts."""
    shown = team("example-slow")
    asked: list[float] = []
    shown.page.on("request", lambda one: asked.append(time.monotonic()))
    shown.sync()
    shown.see(SYNCING, "0 members read so far", seconds=0.7)
    shown.see(SYNCING, "10 members read so far", seconds=5)
    shown.see(COMPLETE, "23 new, 0 changed, 1 removed, of 23 in all")
    shown.see("#member-list h2", "23 members")
    assert shown.page.evaluate("document.activeElement.innerText") == "Sync now"
    polls = [later - one for one, later in pairwise(asked)]
    assert len(polls) > 2 and all(0.9 < gap < 2 for gap in polls), polls
    assert shown.members() == (23, 23)
    assert shown.complaints == []


def test_click_twice(team: Callable[..., Team]) -> None:
    """Two clicks, and four requests at the same time, begin one run."""
    shown = team("example-slow")
    shown.page.get_by_role("button", name="Sync now").dblclick()
    shown.see(SYNCING)
    path = f"teams/team-{shown.number}/members/sync/"
    web = shown.stage.web
    token = _token(web)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: web.post(path, data=token), range(4)))
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
    shown.see(COMPLETE, "23 new, 0 changed, 1 removed, of 23 in all", seconds=20)
    assert (shown.row("run"), shown.members()) == ((1,), (23, 23))


def test_worker_killed(team: Callable[..., Team]) -> None:
    """When the whole worker is killed, the run ends by itself and can begin again."""
    shown = team("example-slow")
    shown.sync()
    shown.stage.wait_until(lambda: shown.row("read")[0] >= 5)
    os.killpg(shown.stage.demo.pid("worker"), signal.SIGKILL)
    shown.see(ERROR, f"No worker has reported for {STALE_AFTER} s. No member was")
    assert shown.members() == (1, 1)
    shown.stage.demo.stop("worker")
    shown.stage.demo.start_worker()
    _connect_to(shown, "example")
    shown.sync()
    shown.see(COMPLETE, "23 new, 0 changed, 1 removed", seconds=20)
    assert (shown.row("run"), shown.members()) == ((2,), (23, 23))


def test_queue_down(team: Callable[..., Team]) -> None:
    """When the queue does not answer, the page says so, and a later click works."""
    shown = team("example")
    demo = shown.stage.demo
    demo.stop("server")
    demo.start_server(CELERY_BROKER_URL=NOBODY_LISTENS)
    shown.sync()
    shown.see(ERROR, "The task queue cannot be reached, so nothing was started.", 10)
    assert (shown.row("status"), shown.members()) == (("error",), (1, 1))
    demo.stop("server")
    demo.start_server()
    shown.sync()
    shown.see(COMPLETE, "23 new")


def test_code_host_fails(team: Callable[..., Team]) -> None:
    """When the code host fails half-way, nothing is written, and the page says why."""
    shown = team("example-broken")
    shown.sync()
    shown.see(ERROR, "The code host does not answer", seconds=20)
    shown.see(ERROR, "answered 503, page 3 cannot be read")
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
            state, shown.number,
        )  # fmt: skip
        page.reload()
        shown.see(f"#member-sync [data-status={state}]")
        assert violations(page) == [], state
        assert sideways(page) <= 0, state
    page.context.clear_cookies()
    page.goto(shown.stage.demo.address)
    assert violations(page) == [], "login"
