"""The site, built and served on loopback, and its pages opened in a real browser."""

import fcntl
import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
WIDTHS, SCHEMES = (1366, 412), ("light", "dark")
SHIFTS = """{
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.shift += one.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""


def address(page: Path) -> str:
    """Return where the site has a page of docs/."""
    name = page.relative_to(ROOT / "docs").with_suffix("").as_posix()
    return "./" if name == "index" else f"{name}/"


PAGES = sorted(map(address, (ROOT / "docs").rglob("*.md")))


@dataclass
class Site:
    """A built site that is being served; `sent` is what went out, path and bytes."""

    folder: Path
    url: str
    sent: list[tuple[str, int]] = field(default_factory=list)

    @property
    def pages(self) -> list[str]:
        """The address of every page below the site's, the error page left out."""
        found = self.folder.glob("**/index.html")
        return sorted(str(p.parent.relative_to(self.folder)) + "/" for p in found)

    @property
    def longest(self) -> str:
        """The page with the most HTML."""
        return max(self.pages, key=lambda page: len(self.html(page)))

    def html(self, page: str) -> str:
        """Return the source of a page."""
        return (self.folder / page / "index.html").read_text("utf-8")


@cache
def zipped(path: Path) -> bytes:
    """Return a file as it is sent; it does not change once the site is built."""
    return gzip.compress(path.read_bytes(), 9)


class Zipped(SimpleHTTPRequestHandler):
    """Serves files compressed, and notes what it sends."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, sent: list[tuple[str, int]], **kwargs: Any) -> None:
        self.sent = sent
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """Send a file, or 404."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        body = zipped(path) if path.exists() else b""
        self.send_response(200 if path.exists() else 404)
        self.send_header("Content-Type", self.guess_type(path))
        if body:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.sent.append((self.path, len(body)))

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def build(folder: Path) -> None:
    """Build the site, with an error for each warning."""
    done = subprocess.run(
        [sys.executable, "-m", "proof", "site", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The site, built once for all testers."""
    ours = tmp_path_factory.getbasetemp()
    folder = (ours if worker_id == "master" else ours.parent) / "site"
    beside = folder.with_suffix(".new")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            build(beside)
            beside.rename(folder)
    return folder


@pytest.fixture(scope="module")
def site(built: Path) -> Iterator[Site]:
    """The site, served on loopback."""
    sent: list[tuple[str, int]] = []
    handler = partial(Zipped, directory=str(built), sent=sent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        yield Site(built, url, sent)
        server.shutdown()


def listened_to(page: Page) -> Page:
    """Have a page note what it complains of, whom it asks, and by how much it moves."""
    page.complaints = []
    page.hosts = set()
    page.on("pageerror", lambda one: page.complaints.append(str(one)))
    page.on("console", lambda one: page.complaints.append(one.text))
    page.on("request", lambda one: page.hosts.add(urlsplit(one.url).netloc))
    page.add_init_script(SHIFTS)
    return page


@pytest.fixture
def opened(site: Site, browser: Browser) -> Iterator[Any]:
    """Open a page in a browser that has seen nothing before."""
    contexts = []

    def open_page(page: str, width: int = 1366, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        shown = listened_to(context.new_page())
        site.sent.clear()
        shown.goto(site.url + page, wait_until="load")
        return shown

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def visited(site: Site, browser: Browser) -> Iterator[Any]:
    """Open a page in the one tab of a browser, after all that it knows is removed.

    A tab of its own for each page would cost as much again as the page does.
    """
    context = browser.new_context()
    shown = listened_to(context.new_page())
    session = context.new_cdp_session(shown)

    def visit(page: str, width: int = 1366, scheme: str = "light") -> Page:
        shown.goto("about:blank")
        session.send("Network.clearBrowserCache")
        stored = {"origin": site.url.rstrip("/"), "storageTypes": "all"}
        session.send("Storage.clearDataForOrigin", stored)
        shown.complaints.clear()
        shown.set_viewport_size({"width": width, "height": 900})
        shown.emulate_media(color_scheme=scheme)
        shown.goto(site.url + page, wait_until="load")
        return shown

    yield visit
    context.close()


def open_all(page: Page) -> None:
    """Open all evidence of a page."""
    script = "[...document.querySelectorAll('details')].forEach((d) => d.open = true)"
    page.evaluate(script)
