"""The site as a reader gets it: built, served, and looked at with a real browser."""

import gzip
import itertools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from chromium import browser, sideways, violations
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as TimeOut

__all__ = ["browser"]

ROOT = Path(__file__).resolve().parent.parent
KIB = 1024
WIDTHS, SCHEMES = (1366, 412), ("light", "dark")
CELLS_OF_CARDS = """[...document.querySelectorAll("table[style] td")].filter((td) => {
  const box = td.getBoundingClientRect();
  const named = getComputedStyle(td, "::before").content[0] === '"';
  return !named || box.right > innerWidth || td.role !== "cell";
}).map((td) => td.textContent)"""
"""The cells of wide tables that a phone would not show as a part of a card."""
AUDITED = 4
"""Pieces of evidence that are opened for an audit: all come from one template."""
SETTLED = 150
"""Milliseconds after which nothing of a page is on its way any more."""
SHIFTS = """{
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.shift += one.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""

FOUND = """(slug) => {
  const pages = [...document.querySelectorAll(".md-search-result__item")].slice(0, 2);
  const links = pages.flatMap((one) => [...one.querySelectorAll("a")].slice(0, 3));
  return links.some((one) => one.hash === "#" + slug);
}"""
"""Whether the search shows an entry near its top; a page's own link is the first."""


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
        shown.complaints = []  # type: ignore[attr-defined]
        shown.hosts = set()  # type: ignore[attr-defined]
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


def test_every_example_has_evidence(site: Site) -> None:
    """There are as many pieces of evidence as blocks, and each is its block's own."""
    from proof.extract import extract

    found = [
        (page, name)
        for page in site.pages
        for name in re.findall(
            r'<details class="evidence" id="evidence-([^"]+)', site.html(page)
        )
    ]
    wanted = [(f"{one.page}/", one.id) for one in extract()]
    assert wanted, "no example in docs/"
    assert sorted(found) == sorted(wanted)


def test_every_page_is_there(site: Site) -> None:
    """Each page of docs/ has its address, and no other page was made."""
    assert site.pages == PAGES


def test_links_lead_somewhere(site: Site) -> None:
    """Every link within the site leads to a page, and to an id that is on it."""
    ids = {
        page: set(re.findall(r'\bid="?([^\s">]+)', site.html(page)))
        for page in site.pages
    }
    ids["./"] = ids.get("./", set())
    missing = []
    for page in site.pages:
        here = urljoin("https://site/", "" if page == "./" else page)
        for href in re.findall(r'<a [^>]*href="([^"]+)"', site.html(page)):
            to = urlsplit(urljoin(here, href))
            target = to.path.lstrip("/") or "./"
            if to.netloc != "site" or (site.folder / to.path.lstrip("/")).is_file():
                continue
            if target not in ids or (to.fragment and to.fragment not in ids[target]):
                missing.append(f"{page}: {href}")
    assert not missing


def test_every_page_has_its_markdown(site: Site) -> None:
    """A page's address with .md in place of its last slash is its plain text."""
    for page in site.pages:
        name = "index.md" if page == "./" else f"{page.rstrip('/')}.md"
        text = (site.folder / name).read_text("utf-8")
        assert text.startswith("# "), name
        (href,) = re.findall(
            r'class="as-markdown"><a [^>]*href="([^"]+)"', site.html(page)
        )
        address = urljoin("https://site/", "" if page == "./" else page)
        assert urljoin(address, href) == f"https://site/{name}"


def test_markdown_of_the_tree_has_every_rule(site: Site) -> None:
    """The decision tree, drawn from data on its page, is a list in its Markdown."""
    from proof.page.tree import read_tree

    text = (site.folder / "pattern.md").read_text("utf-8")
    for path, leaf in read_tree().paths():
        assert f"- {path[-1]}: {leaf.rule} [`{leaf.example}`]" in text


def test_llms_names_every_page(site: Site) -> None:
    """llms.txt names each page by a relative address that is there."""
    text = (site.folder / "llms.txt").read_text("utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert all((site.folder / link).is_file() for link in links)
    assert "://" not in text
    pages = {"index.md" if p == "./" else f"{p.rstrip('/')}.md" for p in site.pages}
    assert pages | {"llms-full.txt"} == set(links)


def test_llms_full_has_every_example(site: Site) -> None:
    """llms-full.txt has each example under its id: its code, and what was seen."""
    from proof.extract import extract

    text = (site.folder / "llms-full.txt").read_text("utf-8")
    parts = re.split(r"^# (?=[a-z0-9-]+\n\n[✅❌] )", text, flags=re.MULTILINE)[1:]
    found = {part.partition("\n")[0]: part for part in parts}
    for example in extract():
        assert example.code.strip() in found.pop(example.id)
    assert found == {}
    assert all("SQLite" in part.rpartition("```")[2] for part in parts)


def test_terms_lead_to_the_glossary(site: Site) -> None:
    """Each term of the glossary is linked once, at most, on a page; each has an entry.

    What a page calls a coroutine in a sentence of its own is linked there.
    """
    entries = set(re.findall(r'<dt id="([^"]+)"', site.html("glossary/")))
    linked: set[str] = set()
    without = {"glossary/", *(page for page in site.pages if "reference/" in page)}
    for page in site.pages:
        found = re.findall(r'<a class="term" href="[./]*([^"]*)"', site.html(page))
        assert len(found) == len(set(found)), page
        assert {one.rpartition("#")[0] for one in found} <= {"glossary/"}, page
        linked |= {one.rpartition("#")[2] for one in found}
        if re.search(r"<p>[^<]*\bcoroutine\b", site.html(page)):
            assert "glossary/#coroutine" in found or page in without, page
    assert linked <= entries
    assert len(linked) > len(entries) / 2


def test_html_is_small(site: Site) -> None:
    """The HTML of each page is at most 25 KiB, compressed."""
    sizes = {p: len(gzip.compress(site.html(p).encode(), 9)) / KIB for p in site.pages}
    assert {page: size for page, size in sizes.items() if size > 25} == {}


def test_evidence_is_not_searched(site: Site) -> None:
    """The search index holds claims, and neither evidence nor imports."""
    index = (site.folder / "search/search_index.json").read_text("utf-8")
    assert "committed: Order.objects" in index
    for words in ("Asked from outside", "Statements in order", "import run_async", "¶"):
        assert words not in index


def test_first_load_is_small(site: Site, opened: Any) -> None:
    """The longest article comes in 10 requests and 100 KiB, from this site alone."""
    page = opened(site.longest)
    page.wait_for_load_state("networkidle")
    total = sum(size for _, size in site.sent) / KIB
    print(f"{site.longest} {len(site.sent)} requests, {total:.1f} KiB")
    assert len(site.sent) <= 10, site.sent
    assert total <= 100, site.sent
    assert page.hosts == {urlsplit(site.url).netloc}


def test_search_comes_when_opened(site: Site, opened: Any) -> None:
    """Search loads nothing before it is opened, and then finds a claim's words."""
    page = opened(site.longest)
    assert not [path for path, _ in site.sent if "search" in path]
    page.keyboard.press("s")
    page.keyboard.type("SynchronousOnlyOperation", delay=10)
    page.wait_for_selector(".md-search-result__item")
    print(f"search: {sum(size for path, size in site.sent if 'search' in path)} bytes")
    assert page.complaints == []


def test_pasted_message_leads_to_its_entry(site: Site, opened: Any) -> None:
    """The last line of a traceback, put into the search, leads to its entry.

    It does as the first or second section of the first or second page.
    """
    from proof.page.library import read_library
    from proof.page.messages import entries

    page = opened("")
    page.keyboard.press("s")
    page.wait_for_selector(".md-search__input:focus")
    missed = []
    found = entries(read_library())
    # Never the same entry twice in a row: its old result would be taken for the new.
    turns = itertools.zip_longest(*(entry.recorded for entry in found))
    for text, entry in itertools.chain(
        *(zip(turn, found, strict=False) for turn in turns)
    ):
        page.fill(".md-search__input", text or "")
        try:
            if text:
                page.wait_for_function(FOUND, arg=entry.message.slug, timeout=4000)
        except TimeOut:
            missed.append(text)
    assert missed == []


@pytest.mark.parametrize("name", PAGES)
def test_page(site: Site, opened: Any, name: str) -> None:
    """Each page is quiet and steady, and accessible with evidence opened."""
    for width in WIDTHS:
        page = opened(name, width, color_scheme="light")
        page.wait_for_timeout(SETTLED)
        assert page.evaluate("window.shift") < 0.01, f"{width} shifts"
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert sideways(page) <= 0, f"{width} closed"
            if is_audited(name, width, scheme):
                open_all(page, AUDITED)
                assert violations(page) == [], f"{scheme} {width}"
        open_all(page)
        assert sideways(page) <= 0, f"{width} opened"
        assert page.complaints == []


def is_audited(name: str, width: int, scheme: str) -> bool:
    """The audit is slow: each page gets one of four, in turn."""
    return PAGES.index(name) % 4 == 2 * WIDTHS.index(width) + SCHEMES.index(scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_longest_page_is_accessible(
    site: Site, opened: Any, width: int, scheme: str
) -> None:
    """The page with the most HTML is audited in full, all evidence opened."""
    page = opened(site.longest, width, color_scheme=scheme)
    open_all(page)
    assert violations(page) == []


@pytest.mark.parametrize("name", ["errors/", "start/"])
def test_tables_on_a_phone(site: Site, opened: Any, name: str) -> None:
    """Each cell of a wide table is in sight, below its column's name, in its role."""
    assert opened(name, min(WIDTHS)).evaluate(CELLS_OF_CARDS) == []


def test_source_of_the_bridge(site: Site, opened: Any) -> None:
    """The page on the bridge shows its whole file, to be copied."""
    shown = opened("reference/bridge/", max(WIDTHS)).inner_text(
        "#copy-it ~ .highlight code"
    )
    assert (ROOT / "examples/bridge/__init__.py").read_text("utf-8").strip() in shown


@pytest.mark.parametrize("width", WIDTHS)
def test_without_javascript(site: Site, opened: Any, width: int) -> None:
    """Without JavaScript, evidence is closed, and can be opened and read."""
    page = opened(site.longest, width, java_script_enabled=False)
    first = page.locator("details.evidence").first
    assert not first.locator("p").first.is_visible()
    first.locator("summary").click()
    assert first.get_by_text("Asked from outside").first.is_visible()


def test_link_to_evidence(site: Site, opened: Any) -> None:
    """A link to evidence opens it."""
    name = re.findall(r'id="(evidence-[^"]+)', site.html(site.longest))[-1]
    page = opened(f"{site.longest}#{name}")
    page.wait_for_selector(f"#{name}[open]")


def test_line_of_evidence(site: Site, opened: Any) -> None:
    """A link from evidence to a line leads to that line, below the page's header."""
    page = opened(site.longest)
    open_all(page)
    links = page.locator(".evidence a[href^='#L-']")
    link = links.nth(links.count() // 2)
    link.click()
    line = page.locator(f"[id='{link.get_attribute('href')[1:]}']")
    page.wait_for_timeout(100)
    assert line.bounding_box()["y"] >= 48


def test_printed(site: Site, opened: Any) -> None:
    """On paper, all evidence is open."""
    page = opened(site.longest)
    page.emulate_media(media="print")
    closed = page.locator("details.evidence:not([open]) > p").all()
    assert closed == [] or all(one.bounding_box()["height"] for one in closed)


def test_copied_code(site: Site, opened: Any) -> None:
    """Line numbers are no part of the code that is selected and copied."""
    from proof.extract import extract

    page = opened(site.longest)
    for example in [one for one in extract() if f"{one.page}/" == site.longest][:5]:
        shown = page.locator(f"[id='{example.id}'] pre code").inner_text()
        assert shown.strip() == example.code.strip()
