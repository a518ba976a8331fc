"""The running example project, its database, and a page of it in Chromium."""

import base64
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from support import any_port

from cases.demo import SANDBOX, Demo
from proof.databases.workspace import workspace
from proof.project import ROOT
from proof.running.services import clean_up_after, started

STALE_AFTER, POLL_EVERY = 4, 1
"""Seconds, fewer than a project would choose."""
PICTURES = ROOT / "docs" / "assets" / "members"
TEXTS = ROOT / "tests" / "cases" / "pictures"
"""The guide's pictures, and the text in them; `PICTURES=1` makes both anew."""
SYNCING, COMPLETE, ERROR = (
    f"#member-sync[role=status] [data-status={name}]"
    for name in ("syncing", "complete", "error")
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

    def wait_until(self, true: Callable[[], object], seconds: float = 60) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it has not come about"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def stage(browser: Browser) -> Iterator[Stage]:
    """The example project with a worker and a server, and a user signed in."""
    with workspace() as folder, clean_up_after(folder), started(SANDBOX) as sandbox:
        environment = {
            "MEMBER_SYNC_STALE_AFTER": str(STALE_AFTER),
            "MEMBER_SYNC_POLL_EVERY": str(POLL_EVERY),
        }
        demo = Demo(folder, any_port(), sandbox(), **environment)
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

    def see(
        self, selector: str, text: str | re.Pattern[str] = "", seconds: float = 60
    ) -> None:
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
        return self.stage.execute(f"{statement} WHERE team_id = ?", self.number)[0]


def picture(shown: Team, name: str) -> None:
    """Hold the page against the guide's picture of it, or take that picture anew."""
    main = shown.page.locator("main")
    text = re.sub(r"\d\d:\d\d:\d\d", "hh:mm:ss", main.inner_text())
    text = re.sub(r"\d+ members? read", "some members read", text)
    if os.environ.get("PICTURES"):
        box = shown.page.locator("main > section").first.bounding_box()
        assert box is not None
        top, height = int(box["y"]) - 12, int(box["height"]) + 28
        size = {"x": 0, "y": top, "width": 640, "height": height, "scale": 1}
        session = shown.page.context.new_cdp_session(shown.page)
        options = {"format": "webp", "quality": 70, "clip": size}
        taken = session.send("Page.captureScreenshot", options)
        (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))
        (TEXTS / f"{name}.txt").write_text(text, "utf-8")
    recorded = (TEXTS / f"{name}.txt").read_text("utf-8")
    assert text == recorded, "The picture is old: run this with PICTURES=1, and look."


@pytest.fixture
def team(stage: Stage) -> Iterator[Callable[..., Team]]:
    """Make a team that is connected to an organisation, and open its page."""
    contexts = []

    def made(organisation: str, **options: Any) -> Team:
        number = next(stage.teams)
        _insert(stage, number, organisation)
        options = {"viewport": {"width": 640, "height": 600}} | options
        context = stage.browser.new_context(**options)
        contexts.append(context)
        for name, value in stage.web.cookies.items():
            cookie = {"name": name, "value": value, "url": stage.demo.address}
            context.add_cookies([cookie])
        complaints: list[str] = []
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(f"{stage.demo.address}teams/team-{number}/members/")
        return Team(stage, number, page, complaints)

    yield made
    for context in contexts:
        context.close()


def connect_to(team: Team, organisation: str) -> None:
    """Let the team's next sync be of another organisation."""
    statement = "UPDATE members_integration SET organisation = ? WHERE team_id = ?"
    team.stage.execute(statement, organisation, team.number)


def _insert(stage: Stage, number: int, organisation: str) -> None:
    stage.execute(
        "INSERT INTO integrations_team (id, name, slug) VALUES (?, ?, ?)",
        number,
        "Engine",
        f"team-{number}",
    )
    stage.execute(
        "INSERT INTO members_seat (team_id, user_id)"
        " SELECT ?, id FROM auth_user WHERE username = 'demo'",
        number,
    )
    stage.execute(
        "INSERT INTO members_integration (team_id, organisation, member_sync_status,"
        " member_sync_run, member_sync_read, member_sync_created, member_sync_updated,"
        " member_sync_removed, member_sync_error)"
        " VALUES (?, ?, 'pending', 0, 0, 0, 0, 0, '')",
        number,
        organisation,
    )
    stage.execute(
        "INSERT INTO members_member (team_id, login, name, role)"
        " VALUES (?, 'left-long-ago', '', 'member')",
        number,
    )


def _sign_in(demo: Demo) -> httpx.Client:
    """Return an HTTP client that has signed in with the form."""
    web = httpx.Client(base_url=demo.address, timeout=20)
    web.get("login/")
    answer = web.post(
        "login/", data={"username": "demo", "password": "demo", **token(web)}
    )
    assert answer.status_code == 302, answer.text
    return web


def token(web: httpx.Client) -> dict[str, str]:
    """Return what a form of the site sends along."""
    return {"csrfmiddlewaretoken": web.cookies["csrftoken"]}
