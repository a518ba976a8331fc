"""The site as a reader gets it: built, served, and looked at with a real browser."""

import gzip
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from chromium import browser
from served import PAGES, ROOT, WIDTHS, Site, built, open_all, opened, site

pytestmark = pytest.mark.slow

__all__ = ["browser", "built", "opened", "site"]

KIB = 1024
MOST_HTML = 31


def test_every_example_has_evidence(site: Site) -> None:
    """There are as many pieces of evidence as blocks, and each is its block's own."""
    from proof.reading.extract import extract

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
            to = to._replace(path=to.path.removesuffix("index.html"))
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
    from guide.tree import read_tree

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
    from proof.reading.extract import extract

    text = (site.folder / "llms-full.txt").read_text("utf-8")
    parts = re.split(r"^# (?=[a-z0-9-]+\n\n[✅❌] )", text, flags=re.MULTILINE)[1:]
    found = {part.partition("\n")[0]: part for part in parts}
    for example in extract():
        assert example.code.strip() in found.pop(example.id)
    assert found == {}
    seen = [part.rpartition("```")[2] for part in parts]
    assert all("SQLite" in text or "PostgreSQL" in text for text in seen)


def test_terms_lead_to_the_glossary(site: Site) -> None:
    """Each term of the glossary is linked once, at most, on a page; each has an entry.

    What a page calls a coroutine in a sentence of its own is linked there.
    """
    entries = set(re.findall(r'<dt id="([^"]+)"', site.html("glossary/")))
    linked: set[str] = set()
    without = {"glossary/", *(page for page in site.pages if "reference/" in page)}
    for page in site.pages:
        linked_to = r'<a class="term" href="[./]*([^"]*)"'
        html = site.html(page).replace("index.html#", "#")
        found = re.findall(linked_to, html)
        assert len(found) == len(set(found)), page
        assert {one.rpartition("#")[0] for one in found} <= {"glossary/"}, page
        linked |= {one.rpartition("#")[2] for one in found}
        if re.search(r"<p>[^<]*\bcoroutine\b", site.html(page)):
            assert "glossary/#coroutine" in found or page in without, page
    assert linked <= entries
    assert len(linked) > len(entries) / 2


def test_html_is_small(site: Site) -> None:
    """The HTML of each page is at most 31 KiB, compressed.

    It was 25 before the pictures; those of the longest page take 5.
    """
    sizes = {p: len(gzip.compress(site.html(p).encode(), 9)) / KIB for p in site.pages}
    assert {page: size for page, size in sizes.items() if size > MOST_HTML} == {}


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
    """A page loads nothing of the search but its field."""
    opened(site.longest)
    names = ("search", "finder", "proof", "match", "find.js")
    assert not [path for path, _ in site.sent for name in names if name in path]


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
    """On paper, each block has its picture, and its tables stay folded.

    The page names its address.
    """
    page = opened(site.longest)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    drawn = page.locator(".example > .pictures svg").all()
    assert len(drawn) > 20 and all(one.bounding_box()["height"] for one in drawn)
    tables = page.locator("details.evidence > p").all()
    assert tables and not any(one.is_visible() for one in tables[:5])
    address = page.locator("h1").get_attribute("data-address")
    assert address == f"{site.url}{site.longest}"


LONG = """(columns) => [...document.querySelectorAll(".example pre > code")].filter(
  (one) => one.scrollWidth > one.clientWidth &&
    Math.max(...one.textContent.split("\\n").map((line) => line.length)) <= columns
).map((one) => one.textContent)"""
"""The blocks that scroll sideways though no line of theirs is longer than that."""


def test_code_fits(site: Site, opened: Any) -> None:
    """At 1366 pixels, a block whose lines have 88 columns does not scroll sideways."""
    page = opened(site.longest)
    assert page.evaluate(LONG, 88) == []
    # It is a measurement: of much longer lines, some do.
    assert page.evaluate(LONG, 1000) != []


def test_imports_are_folded_on_a_phone(site: Site, opened: Any) -> None:
    """Without JavaScript, too: one line that opens; a wide screen has no such line."""
    page = opened(site.longest, min(WIDTHS), java_script_enabled=False)
    fold = page.locator(".imports summary").first
    first = page.locator(".example:has(.imports) code-line.import").first
    assert not first.is_visible()
    fold.click()
    assert first.is_visible()
    wide = opened(site.longest, max(WIDTHS))
    assert not wide.locator(".imports summary").first.is_visible()
    assert wide.locator("code-line.import").first.is_visible()


HEADER = "getComputedStyle(document.querySelector('.md-header')).backgroundColor"


def test_the_header_keeps_its_colour(opened: Any) -> None:
    """Without JavaScript it is as green as with it."""
    colours = {
        opened("", java_script_enabled=js).evaluate(HEADER) for js in (False, True)
    }
    assert colours == {"rgb(12, 75, 51)"}


LIT = """(id) => ({
  line: document.getElementById(id).matches(".lit"),
  mark: !!document.querySelector(`.pictures a[href="#${id}"].lit`),
})"""


def test_a_mark_and_its_line_light_up_together(opened: Any) -> None:
    """Pointing at either highlights both; a click on the mark leads to the line."""
    page = opened("loops/")
    name = "L-asyncio-run-rollback-22"
    mark = page.locator(f".pictures a[href='#{name}'] rect")
    for one in (mark, page.locator(f"[id='{name}']")):
        page.mouse.move(0, 0)
        one.hover(force=True)
        assert page.evaluate(LIT, name) == {"line": True, "mark": True}
    page.mouse.move(0, 0)
    assert page.evaluate(LIT, name) == {"line": False, "mark": False}
    mark.click(force=True)
    assert page.url.endswith(f"#{name}")


FALLS_OUT = """() => [...document.querySelectorAll(".pictures svg")].filter((one) => {
  const { right } = one.closest(".pictures").getBoundingClientRect();
  const drawn = [...one.querySelectorAll("rect, text, path:not(pattern path)")];
  return drawn.some((each) => each.getBoundingClientRect().right > right + 1);
}).map((one) => one.closest(".example").querySelector("[id]").id)"""


@pytest.mark.parametrize("width", WIDTHS)
def test_no_picture_is_cut_off(site: Site, opened: Any, width: int) -> None:
    """Nothing of a picture lies beyond the edge of its block."""
    assert opened(site.longest, width).evaluate(FALLS_OUT) == []


def test_copied_code(site: Site, opened: Any) -> None:
    """Line numbers are no part of the code that is selected and copied."""
    from proof.reading.extract import extract

    page = opened(site.longest)
    for example in [one for one in extract() if f"{one.page}/" == site.longest][:5]:
        shown = page.locator(f"[id='{example.id}'] pre code").inner_text()
        assert shown.strip() == example.code.strip()
