"""The finder: a message leads to its entry, words to a row, and the unknown is said."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from chromium import browser, sideways, violations
from playwright.sync_api import Page
from served import ROOT, SCHEMES, WIDTHS, Site, built, opened, site

from guide.index import Entry, entries, homes, symptoms
from guide.write.heard import HEARD, read_heard
from proof.errors import MarkdownError
from proof.showing.library import read_library

pytestmark = pytest.mark.slow

__all__ = ["browser", "built", "opened", "site"]

ASSETS = ROOT / "docs" / "assets"
ENTRIES = entries(read_library())
QUICK = 300
"""Milliseconds within which a pasted traceback has its answer."""
FRAMES = """Traceback (most recent call last):
  File "/srv/shop/baskets/work.py", line 12, in refresh
    total = await compute(basket)
            ^^^^^^^^^^^^^^^^^^^^^
  File "/srv/shop/baskets/services.py", line 40, in compute
    raise error
"""
CHAINED = f"""{FRAMES}KeyError: 'basket'

During handling of the above exception, another exception occurred:

"""
STARTS = {"… answered": "GET /v2/baskets/9: answered", "…()": "refresh()"}
"""How a message begins where `…` is more than a name."""
UNKNOWN = (
    "KeyError: 'basket'",
    "ModuleNotFoundError: No module named 'shop'",
    "django.db.utils.OperationalError: no such table: shop_basket",
    "ConnectionRefusedError: [Errno 111] Connection refused",
    "AttributeError: 'Basket' object has no attribute 'total'",
    "AttributeError: 'NoneType' object has no attribute 'total'",
    "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
    "TimeoutError: timed out",
    "RuntimeError: generator raised StopIteration",
    "OSError: [Errno 24] Too many open files",
)
SITUATIONS = {
    "synchronous orm call in an async view": {"orm-in-async-view"},
    "celery task starts before the transaction has committed": {
        "task-before-commit",
        "missing-before-commit",
    },
    "event loop is closed in the second celery task": {"task-kept-client"},
    "asyncio.run in a sync view hangs under ASGI": {"asyncio-run-in-a-sync-view"},
    "permission check without await lets everyone in": {
        "test-is-a-lambda",
        "exists-not-awaited",
    },
    "number of database connections keeps growing": {"persistent-connections"},
    "a write survives the rollback of my tests": {"test-asyncio-run", "test-to-thread"},
    "coroutine was never awaited": {"forgotten-await", "coroutine-dropped"},
    "sqlite says database is locked": {"asyncio-run-lock"},
    "a row has the user of another request": {"user-in-a-thread-local"},
    "website freezes for everybody when one person downloads a report": {
        "blocking-library"
    },
    "e-mails are sent twice when two people press the button": {"status-read-then-set"},
    "the database was restarted and since then all jobs fail": {"task-connection-kept"},
    "SyncConsumer blocks all other consumers": {"one-thread-for-all"},
    "the answer of the chatbot appears all at once at the end": {
        "stream-sync-under-asgi"
    },
    "return the response at once and go on in the background": {
        "create-task-and-answer"
    },
}
"""What a reader types, and the mistakes of which one must be among the first fixes."""


def names_of_others(text: str) -> str:
    """Return a message with names in it that no example has."""
    for start, other in STARTS.items():
        text = text.replace(start, other) if text.startswith(start) else text
    return text.replace("…", "basket_of_9")


def pasted(entry: Entry) -> str:
    """Return a message as a terminal shows it: with its frames, or as a warning."""
    one, text = entry.message, names_of_others(entry.message.looked_for)
    kind = one.type.replace("…", "shop.models.Basket")
    if one.name == "asyncio":
        return f"WARNING:asyncio:{text}"
    if one.name.endswith("Warning"):
        return f"/srv/shop/baskets/views.py:31: {one.name}: {text}\n  refresh(basket)"
    return FRAMES + f"{kind}: {text}".removesuffix(": ")


@pytest.fixture(scope="module")
def matching(browser: Any) -> Iterator[Page]:
    """A page that has nothing but what the finder looks in, and what looks."""
    page = browser.new_page()
    page.evaluate("window.found = (one) => { window.given = one; }")
    for name in ("match.js", "finder.js"):
        page.add_script_tag(path=ASSETS / name)
    page.evaluate("window.match = match")
    yield page
    page.close()


def first(page: Page, text: str) -> str | None:
    """Return where the first message that a text holds has its entry."""
    found = "(text) => match.messages(given.messages, text)[0]?.message.to ?? null"
    to: str | None = page.evaluate(found, text)
    return to


@pytest.mark.parametrize("form", ["plain", "chained", "on one line"])
def test_every_message_is_found_in_a_traceback(matching: Page, form: str) -> None:
    """With other names, behind another exception, or on one line, it is first."""
    missed = []
    for entry in ENTRIES:
        text = pasted(entry)
        text = CHAINED + text if form == "chained" else text
        text = " ".join(text.split()) if form == "on one line" else text
        if first(matching, text) != f"{entry.message.page}/#{entry.message.slug}":
            missed.append(text)
    assert missed == []


def test_every_recorded_message_is_found(matching: Page) -> None:
    """What a run recorded leads to its own entry."""
    missed = [
        text
        for entry in ENTRIES
        for text in entry.recorded
        if first(matching, text) != f"{entry.message.page}/#{entry.message.slug}"
    ]
    assert missed == []


def test_the_exception_goes_before_the_coroutine_that_it_leaves(matching: Page) -> None:
    """The warning that an exception leaves behind comes later, and leads nowhere."""
    text = (
        f"{FRAMES}RuntimeError: asyncio.run() cannot be called from a running event "
        "loop\nsys:1: RuntimeWarning: coroutine 'refresh' was never awaited"
    )
    assert "asyncio-run-cannot-be-called" in (first(matching, text) or "")


@pytest.mark.parametrize("line", UNKNOWN)
def test_what_the_guide_does_not_know_is_not_found(matching: Page, line: str) -> None:
    """What no run gave is taken for a message, and for none of the guide's."""
    for text in (line, FRAMES + line):
        assert first(matching, text) is None
        assert matching.evaluate("(text) => match.looksLikeOne(text)", text)


FIXES = """() => [...document.querySelectorAll(".finder-found .fixes > li")]
  .slice(0, 5).map((one) => one.id.replace("never-", ""))"""
ALL_FIXES = FIXES.replace(".slice(0, 5)", "")


@pytest.mark.parametrize(("said", "meant"), SITUATIONS.items())
def test_a_situation_has_its_fix(
    site: Site, opened: Any, said: str, meant: set[str]
) -> None:
    """From the home page one search shows the fix; its link leads to the example."""
    page = opened("")
    page.keyboard.press("/")
    page.keyboard.type(said)
    page.keyboard.press("Enter")
    page.wait_for_selector(".finder-found .fixes > li")
    assert meant & set(page.evaluate(FIXES))
    page.locator(".finder-found .do a").first.click()
    page.wait_for_load_state()
    assert page.locator(":target").count() == 1
    assert page.complaints == []


PASTE = """async (text) => {
  const box = document.getElementById("finder-text");
  const found = document.getElementById("finder-found");
  const changed = new Promise((resolve) => new MutationObserver(resolve)
    .observe(found, { childList: true }));
  const start = performance.now();
  box.value = text;
  box.dispatchEvent(new Event("input"));
  await changed;
  return performance.now() - start;
}"""


def test_a_traceback_is_answered_at_once(site: Site, opened: Any) -> None:
    """What is pasted has its answer soon; the best of some, beside other work."""
    page = opened("find/")
    page.focus("#finder-text")
    page.wait_for_function("typeof match === 'object'")
    entries_ = [e for e in ENTRIES if len(e.situations) > 3]
    took = [page.evaluate(PASTE, CHAINED * 5 + pasted(one)) for one in entries_]
    print(f"a traceback is answered after {min(took):.0f} ms, at most {max(took):.0f}")
    assert min(took) < QUICK
    assert page.locator(".finder-found .fixes > li").count() > 0


CLOSE = {
    "django.db.utils.OperationalError: database table is locked: shop_basket": (
        "asyncio-run-lock"
    ),
    "psycopg.OperationalError: connection failed: FATAL:  remaining connection slots "
    "are reserved for non-replication superuser connections": "too-many-clients",
}
"""Messages that no run gave, and a mistake that is close to each."""
FIRST_OF_PAGES = {
    "should we rewrite our views with async to serve more people": "worth/",
    "the nightly import says OK and half of the records are not there": "missing/",
    "we moved from gunicorn to uvicorn": "asgi/",
}
"""What is answered by a page rather than by a fix."""


@pytest.mark.parametrize(("said", "meant"), CLOSE.items())
def test_what_is_close_is_shown_as_no_more(
    site: Site, opened: Any, said: str, meant: str
) -> None:
    """A message that no run gave is said to be unknown, and what is close follows."""
    page = opened("find/")
    page.fill("#finder-text", said)
    page.wait_for_selector(".finder-found .fixes > li")
    assert page.locator(".finder-none").inner_text().startswith("Not in this guide.")
    assert page.locator(".finder-found h2").first.inner_text() == "Close to it"
    assert meant in page.evaluate(ALL_FIXES)


@pytest.mark.parametrize(("said", "meant"), FIRST_OF_PAGES.items())
def test_a_question_has_its_page(
    site: Site, opened: Any, said: str, meant: str
) -> None:
    """Where a page has far more of the words than any fix, pages are shown first."""
    page = opened("find/")
    page.fill("#finder-text", said)
    page.wait_for_selector(".finder-found ul.pages a")
    assert page.locator(".finder-found h2").first.inner_text() == "Pages"
    first = page.locator(".finder-found ul.pages a").first.get_attribute("href")
    assert first.endswith(meant)


def test_words_of_a_reader_lead_to_sections_that_exist(site: Site) -> None:
    """Each address in the words of a reader is a section of the index of words."""
    text = (site.folder / "search/search_index.json").read_text("utf-8")
    known = {one["location"] for one in json.loads(text)["docs"]}
    rows = {row.bad[0] for row in homes(read_library())}
    assert read_heard(rows).pages.keys() - known == set()


def test_words_for_a_row_that_is_not_there_are_refused() -> None:
    """The error names the file and the line of the words."""
    with pytest.raises(MarkdownError, match=r"heard\.toml:\d+.*network-blocks"):
        read_heard(
            set(tomllib.loads(HEARD.read_text("utf-8"))["mistakes"])
            - {"network-blocks"}
        )


SAYS = "(it) => document.querySelector('.finder-none')?.innerText.includes(it)"
MORE = "(n) => document.querySelectorAll('.fixes > li').length > n"


def test_what_is_unknown_leads_to_the_choice(site: Site, opened: Any) -> None:
    """A message or words that are not here are said to be so; the tiles are open."""
    page = opened("find/")
    for text, said in (
        (f"{FRAMES}KeyError: 'basket'", "Not in this guide."),
        ("kafka lag", "Not in this guide: kafka, lag."),
    ):
        page.fill("#finder-text", text)
        page.wait_for_function(SAYS, arg=said)
        assert page.locator("a.tile").first.is_visible()
        said_at, chosen_at = (
            page.locator(one).first.bounding_box()["y"]
            for one in (".finder-none", "a.tile")
        )
        assert said_at < chosen_at
        assert page.locator(".finder-found .fixes").count() == 0
        assert page.locator("s, del, strike").count() == 0


def test_each_state_is_a_link(site: Site, opened: Any) -> None:
    """A choice changes the address; going back takes it back; the address is enough."""
    page = opened("find/")
    page.click("a.tile:has-text('Hangs')")
    page.click("a.tile:has-text('In tasks')")
    page.wait_for_selector(".finder-found .fixes > li")
    assert page.url.endswith("?see=hangs&in=In+tasks")
    shown = page.evaluate(FIXES)
    again = opened("find/?see=hangs&in=In+tasks")
    again.wait_for_selector(".finder-found .fixes > li")
    assert again.evaluate(FIXES) == shown
    page.go_back()
    page.wait_for_function(MORE, arg=len(shown))
    assert page.locator("a.tile[aria-current]").count() == 1


def test_every_mistake_has_an_address(site: Site, opened: Any) -> None:
    """The data has each row, and a link shows it; opened, its proof has both kinds."""
    page = opened("find/?fix=asyncio-run-lock")
    page.wait_for_selector(".finder-found .fixes > li")
    page.click(".finder-found .proof > summary")
    page.wait_for_selector(".finder-found .mark")
    marks = page.locator(".finder-found .mark").evaluate_all(
        "(all) => all.map((one) => one.ariaLabel)"
    )
    assert {"works", "fails as predicted"} == set(marks)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_state_is_quiet_and_accessible(
    site: Site, opened: Any, width: int, scheme: str
) -> None:
    """What is found breaks no rule, moves nothing, and fits the screen."""
    page = opened("find/?q=Event+loop+is+closed", width, color_scheme=scheme)
    page.wait_for_selector(".finder-found .fixes > li")
    assert violations(page) == []
    assert page.evaluate("window.shift") < 0.01
    assert sideways(page) <= 0
    page.click(".finder-found .proof > summary")
    page.wait_for_selector(".finder-found .proof li")
    assert violations(page) == []
    assert sideways(page) <= 0
    assert page.complaints == []


LINKS = (
    "q=Event+loop+is+closed",
    "q=celery+task+starts+before+the+transaction+has+committed",
    "see=hangs&in=In+tasks",
    "fix=asyncio-run-lock",
)


@pytest.mark.parametrize("query", LINKS)
def test_a_link_to_a_state_is_small(site: Site, opened: Any, query: str) -> None:
    """A message, words, a choice and a fix keep to the budget of a page."""
    page = opened(f"find/?{query}")
    page.wait_for_selector(".finder-found .fixes > li")
    page.wait_for_load_state("networkidle")
    total = sum(size for _, size in site.sent) / 1024
    print(f"{query}: {len(site.sent)} requests, {total:.1f} KiB")
    assert len(site.sent) <= 10, site.sent
    assert total <= 100, site.sent


def test_pages_come_when_they_are_come_to(site: Site, opened: Any) -> None:
    """Words in a link have their fixes at once; scrolled to, their pages as well."""
    page = opened(f"find/?{LINKS[1]}")
    page.wait_for_selector(".finder-found .fixes > li")
    assert page.locator(".finder-found ul.pages").count() == 0
    page.locator("h2#by-symptom").scroll_into_view_if_needed()
    page.wait_for_selector(".finder-found ul.pages a")
    assert page.complaints == []


SCREEN, SCREENS = 768, 8.5
INDEX = (
    "find",
    "errors",
    "errors-loop",
    "errors-database",
    "errors-warnings",
    "soe",
    "silent",
    "silent-wrong",
    "silent-slow",
    "mistakes",
)


@pytest.mark.parametrize("name", INDEX)
def test_an_index_is_short_and_needs_no_script(
    site: Site, opened: Any, name: str
) -> None:
    """Without JavaScript each page of the index is there, on some eight screens."""
    page = opened(f"{name}/", java_script_enabled=False)
    height = page.locator("article").bounding_box()["height"]
    print(f"{name}: {height / SCREEN:.1f} screens")
    assert height <= SCREENS * SCREEN
    assert not page.locator("#finder-text").is_visible()


def test_the_index_is_complete_without_a_script(site: Site) -> None:
    """Every mistake is on a page of the index, and in the list by place."""
    by_place = site.html("mistakes/")
    for row, found in homes(read_library()).items():
        assert f'href="../{found[0].page}/index.html#{row.anchor}"' in by_place
        for home in found:
            html = site.html(f"{home.page}/")
            assert f'id="{row.anchor}"' in html and f'id="{home.section}"' in html


def test_old_anchors_are_still_there(site: Site) -> None:
    """Where every mistake, message and symptom once stood, a link to it stands now."""
    known = read_library()
    old = {
        "mistakes/": {row.anchor for row in homes(known)},
        "errors/": {entry.message.slug for entry in ENTRIES},
        "silent/": {one.name for one in symptoms(known)},
    }
    for page, anchors in old.items():
        html = site.html(page)
        assert [one for one in sorted(anchors) if f'id="{one}"' not in html] == []


def test_the_index_of_words_is_small(site: Site) -> None:
    """It has each section's words once, none of evidence, and of imports none."""
    text = (site.folder / "search/search_index.json").read_text("utf-8")
    sections = json.loads(text)["docs"]
    assert len(sections) > 300
    assert any("committed" in one["text"] for one in sections)
    assert "trading_order" not in text and "¶" not in text
    assert all(len(w := one["text"].split()) == len(set(w)) for one in sections)


def test_from_the_file_system(built: Any, browser: Any) -> None:
    """Opened as files, pages lead to pages, and the finder finds."""
    page = browser.new_page()
    page.goto((built / "index.html").as_uri())
    page.click("nav a:has-text('Find a fix')")
    page.wait_for_selector("#finder-text")
    page.fill("#finder-text", "connections grow")
    page.wait_for_selector(".finder-found ul.pages a")
    page.locator(".finder-found .do a").first.click()
    page.wait_for_load_state()
    assert page.url.startswith("file://") and page.locator(":target").count() == 1
    page.close()
