"""Serving while writing: what is run again, what is told, and that it all ends."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support import LOOK, TWIN_AND_LOST, fence, processes_in, write

from guide.commands import serve
from guide.site import HOST, PortTaken, free_port
from proof.project import ROOT
from proof.report import Report

LOST = f"{LOOK}\n\n# ❌ lost: {{goal}}"
OTHER = fence("other", "act = int\n\n# ✅ committed: Order.objects.exists()")


class Desk:
    """A site that is up, and a list of what is run."""

    is_up = True

    def __init__(self) -> None:
        self.ran: list[str] = []

    def run(self, chosen, *args, **options):
        """Note what would be run."""
        self.ran = [example.id for example in chosen]
        return Report(())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Serve pages of this test's own, without running anything."""
    desk = Desk()
    monkeypatch.setattr("proof.reading.extract.DOCS", tmp_path / "docs")
    monkeypatch.setattr(serve, "run", desk.run)
    monkeypatch.setattr(serve, "EVIDENCE", tmp_path / "evidence")
    return desk


def test_only_what_changed_runs_again(desk: Desk, tmp_path: Path) -> None:
    """Prose runs nothing, code its own example, a goal both sides of the pair."""
    right, wrong = TWIN_AND_LOST
    write(tmp_path, right, wrong, OTHER)
    done = serve._update(desk, {})
    assert desk.ran == ["right", "wrong", "other"]
    for blocks, ran in [
        (["# A title", right, wrong, OTHER], []),
        ([right, wrong.replace("get(pk=7)", "get(pk=8)"), OTHER], ["wrong"]),
        ([one.replace("pk=7,", "id=7,") for one in (right, wrong)], ["right", "wrong"]),
    ]:
        desk.ran = []
        write(tmp_path, *blocks)
        done = serve._update(desk, done)
        assert desk.ran == ran


def test_an_error_is_told_and_the_serving_goes_on(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page and line are printed; once it is mended, nothing has to run again."""
    write(tmp_path, OTHER)
    done = serve._update(desk, {})
    write(tmp_path, OTHER.replace("✅ committed", "✅ comitted"))
    assert serve._update(desk, done) == done
    assert "docs/page.md:4: unknown claim" in capsys.readouterr().out
    desk.ran = []
    write(tmp_path, OTHER)
    assert serve._update(desk, done) == done
    assert desk.ran == []


def test_a_port_in_use_is_refused_or_replaced() -> None:
    """A port that is asked for must be free; otherwise another is taken."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} of {HOST} is not free"):
            free_port(port)
    assert free_port(port) == port


@dataclass
class Served:
    """`proof serve` on a small guide of its own."""

    root: Path
    process: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Collect what it prints."""
        assert self.process.stdout
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def wait_for(self, said: Callable[[str], bool], seconds: float = 40) -> None:
        """Wait until a line has been printed."""
        deadline = time.monotonic() + seconds
        while not any(said(line) for line in self.lines):
            assert time.monotonic() < deadline, "".join(self.lines)
            time.sleep(0.05)

    @property
    def address(self) -> str:
        """Where it says that it serves."""
        (found,) = re.findall(r"http://127\.0\.0\.1:\d+/", "".join(self.lines))
        return found

    def get(self, path: str) -> str:
        """Return a page."""
        with urllib.request.urlopen(self.address + path, timeout=20) as answer:
            return answer.read().decode()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Start serving a copy of the project that has one small page."""
    for name in ("proof", "guide", "examples", "cases"):
        ignored = shutil.ignore_patterns("__pycache__", "*.sqlite3*")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in (".python-version", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "docs" / "assets", tmp_path / "docs" / "assets")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    config = re.sub(r"(?ms)^nav:\n.*?\n\n", "nav: [index.md]\n\n", config)
    (tmp_path / "mkdocs.yml").write_text(config, "utf-8")
    write(tmp_path, *TWIN_AND_LOST, name="index.md")
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "proof", "serve"],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path / "tmp")},
        # As a shell does for what it starts in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    served = Served(tmp_path, process)
    threading.Thread(target=served.read, daemon=True).start()
    yield served
    process.terminate()
    process.wait(20)


def test_a_changed_page_runs_again_and_the_browser_reloads(served: Served) -> None:
    """The address is printed; an edit runs its example; the end leaves no process."""
    served.wait_for(lambda line: "Ctrl-C ends it" in line)
    assert "2 run, 0 refuted\n" in served.lines
    page = served.get("")
    assert "trading_order" in page
    epoch, request = re.findall(r"livereload\((\d+), (\d+)\);", page)[0]
    right, wrong = TWIN_AND_LOST
    write(served.root, right, wrong.replace("get(pk=7)", "get(pk=8)"), name="index.md")
    served.wait_for(lambda line: line == "1 run, 0 refuted\n")
    assert int(served.get(f"livereload/{epoch}/{request}")) > int(epoch)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(20) == 0
    assert served.lines[-1].strip() == "The site is no longer served."
    assert processes_in(served.root) == []
    assert list((served.root / "tmp").iterdir()) == []
