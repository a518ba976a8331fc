"""The site, built and served on loopback, and its pages opened in a real browser."""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
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
    output: str
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
        body = gzip.compress(path.read_bytes(), 9) if path.exists() else b""
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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, built strictly and served on loopback."""
    folder = tmp_path_factory.mktemp("site")
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PROOF_SERVE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stderr[-2000:]
    sent: list[tuple[str, int]] = []
    handler = partial(Zipped, directory=str(folder), sent=sent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        yield Site(folder, url, build.stderr, sent)
        server.shutdown()


@pytest.fixture
def opened(site: Site, browser: Browser) -> Iterator[Any]:
    """Open a page in a browser that has seen nothing before."""
    contexts = []

    def open_page(page: str, width: int = 1366, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        shown = context.new_page()
        shown.complaints = []
        shown.hosts = set()
        shown.on("pageerror", lambda one: shown.complaints.append(str(one)))
        shown.on("console", lambda one: shown.complaints.append(one.text))
        shown.on("request", lambda one: shown.hosts.add(urlsplit(one.url).netloc))
        site.sent.clear()
        shown.add_init_script(SHIFTS)
        shown.goto(site.url + page, wait_until="load")
        return shown

    yield open_page
    for context in contexts:
        context.close()


def open_all(page: Page, count: int = 1000) -> None:
    """Open all evidence of a page, or so many pieces of it."""
    script = "n => [...document.querySelectorAll('details')].slice(0, n).forEach"
    page.evaluate(f"{script}((d) => d.open = true)", count)
