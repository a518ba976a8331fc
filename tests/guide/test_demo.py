"""`proof demo`: both flows work, code is loaded anew, and nothing is left."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from support import any_port, processes_in

from proof.project import ROOT


@dataclass
class Running:
    """A demo of a copy of the project, with all its files in a folder of its own."""

    process: "subprocess.Popen[str]"
    root: Path
    folder: Path
    web: httpx.Client

    def post(self, path: str, **data: str) -> str:
        """Send a form, and return the page that follows."""
        data["csrfmiddlewaretoken"] = self.web.cookies["csrftoken"]
        return self.web.post(path, data=data, follow_redirects=True).text

    def wait_for(self, path: str, text: str) -> None:
        """Wait until a page holds a text."""
        wait_until(lambda: re.search(text, self._page(path), re.DOTALL))

    def _page(self, path: str) -> str:
        try:
            return self.web.get(path, follow_redirects=True).text
        except httpx.TransportError:
            return ""


def wait_until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it has not come about"
        time.sleep(0.05)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Start a demo, and sign in as it says."""
    ignored = shutil.ignore_patterns("__pycache__", "*.sqlite3*", "queue")
    for name in ("proof", "guide", "examples", "cases", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in (".python-version", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    folder = tmp_path / "temporary"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "proof", "demo", "--port", str(any_port())],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with httpx.Client(base_url=_address(process), timeout=20) as web:
            demo = Running(process, tmp_path, folder, web)
            web.get("login/")
            said = demo.post("login/", username="demo", password="demo")
            assert "Your teams" in said
            yield demo
    finally:
        process.kill()
        process.wait()
        wait_until(lambda: not processes_in(folder))


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    for line in process.stdout:
        if found := re.search(r"http://\S+/", line):
            return found[0]
    raise AssertionError("it ended without an address")


def test_both_flows_work(running: Running) -> None:
    """Members and a repository are read at the same time, and a change is followed."""
    running.post("teams/engine/members/sync/")
    running.post("teams/engine/repositories/", full_name="example/engine")
    running.wait_for("teams/engine/members/", "Complete:.*23 members")
    running.wait_for("teams/engine/repositories/", "Complete.*<td>14</td>")
    home = running.root / "cases/apps/members/templates/members/home.html"
    home.write_text(home.read_text("utf-8").replace("Your teams", "New words"), "utf-8")
    running.wait_for("", "New words")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left(running: Running, number: int) -> None:
    """After Ctrl-C, and after the end of the demo's own process, all of it is gone."""
    assert processes_in(running.folder)
    running.process.send_signal(number)
    running.process.wait(30)
    wait_until(lambda: not processes_in(running.folder))
    wait_until(lambda: not list(running.folder.iterdir()))
    assert not (running.root / "examples" / "queue").exists()
