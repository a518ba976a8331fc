"""Each page of the site in a real browser: quiet, steady, and for everybody to use."""

from functools import partial
from typing import Any

import pytest
from chromium import browser, sideways, violations
from served import PAGES, SCHEMES, WIDTHS, Site, built, open_all, site, visited

pytestmark = pytest.mark.slow

__all__ = ["browser", "built", "site", "visited"]

CELLS_OF_CARDS = """[...document.querySelectorAll("table[style] td")].filter((td) => {
  const box = td.getBoundingClientRect();
  const named = getComputedStyle(td, "::before").content[0] === '"';
  return !named || box.right > innerWidth || td.role !== "cell";
}).map((td) => td.textContent)"""
"""The cells of wide tables that a phone would not show as a part of a card."""
AUDITED = 1
"""Pieces of evidence that are left for an audit: all come from one template.

The longest page is audited with all of its evidence opened."""
LIKE_EACH_OTHER = 3
"""Words of code in the same colour, on the same ground, that an audit looks at."""
DRAWN = 3
"""Pictures that are left for an audit: all come from one writer."""
KEEP = """([most, alike, pictures]) => {
  for (const one of [...document.querySelectorAll("details")].slice(most)) {
    while (one.children.length > 1) one.lastElementChild.remove();
  }
  const drawn = [...document.querySelectorAll(".pictures")];
  for (const one of drawn.slice(pictures)) one.replaceChildren();
  const seen = new Map();
  for (const one of document.querySelectorAll("pre code span[class]")) {
    // A colour is seen against the ground of its line and of its block.
    const block = one.closest(".example, .highlight");
    const kind = [one, one.parentElement, block].map((it) => it?.className).join();
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    if (count > alike) one.replaceWith(...one.childNodes);
  }
}"""
"""Empties the pieces of evidence and the pictures beyond so many; the other
words of code lose their element, and so are audited as a part of their line."""
SETTLED = 150
"""Milliseconds after which nothing of a page is on its way any more."""


@pytest.mark.parametrize("name", PAGES)
def test_page(site: Site, visited: Any, name: str) -> None:
    """Each page is quiet and steady, fits, and is accessible with evidence opened.

    A scheme changes colours and no width.
    """
    for width in WIDTHS:
        page = visited(name, width)
        page.wait_for_timeout(SETTLED)
        assert page.evaluate("window.shift") < 0.01, f"{width} shifts"
        assert sideways(page) <= 0, f"{width} closed"
        open_all(page)
        assert sideways(page) <= 0, f"{width} opened"
        for scheme in filter(partial(is_audited, name, width), SCHEMES):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(KEEP, [AUDITED, LIKE_EACH_OTHER, DRAWN])
            assert violations(page) == [], f"{scheme} {width}"
        assert page.complaints == []


def is_audited(name: str, width: int, scheme: str) -> bool:
    """The audit is slow: each page gets one of four, in turn."""
    return PAGES.index(name) % 4 == 2 * WIDTHS.index(width) + SCHEMES.index(scheme)


@pytest.mark.parametrize("width", WIDTHS)
def test_longest_page_is_accessible(site: Site, visited: Any, width: int) -> None:
    """The page with the most HTML is audited in full, all evidence opened."""
    page = visited(site.longest, width)
    open_all(page)
    assert violations(page) == []
    for scheme in SCHEMES[1:]:
        page.emulate_media(color_scheme=scheme)
        assert violations(page, of_colours=True) == [], scheme


def test_audit_finds_pale_text(site: Site, visited: Any) -> None:
    """A contrast that is too low is found in code, in prose, in a part, everywhere."""
    page = visited("coroutines/")
    page.evaluate(KEEP, [AUDITED, LIKE_EACH_OTHER, DRAWN])
    words = (".example--good .k", ".example--bad .k")
    for where in (*words, "main p > code", "summary", "main > div"):
        style = page.add_style_tag(content=f"{where} {{ color: #bbb !important }}")
        assert {rule for rule, _ in violations(page)} == {"color-contrast"}, where
        style.evaluate("(one) => one.remove()")
    assert violations(page) == []


NAMES_OF_FACTS = """[...document.querySelectorAll("table.facts")].flatMap((table) => {
  const heads = [...table.querySelectorAll("thead th")].map((one) => one.textContent);
  return [...table.querySelectorAll("tbody tr")].flatMap((row) => {
    const cells = [...row.children].filter((one) => !one.hasAttribute("colspan"));
    const ahead = row.querySelector("th") ? 0 : heads.length - row.children.length;
    return cells.filter((one) => {
      const name = heads[[...row.children].indexOf(one) + ahead];
      return getComputedStyle(one, "::before").content !== JSON.stringify(name);
    });
  });
}).map((one) => one.textContent)"""
"""The cells of evidence that do not stand with the name of their column."""


def test_what_was_seen_on_a_phone(site: Site, visited: Any) -> None:
    """Each value of the evidence stands beside its column's name."""
    assert visited("tasks/", min(WIDTHS)).evaluate(NAMES_OF_FACTS) == []


@pytest.mark.parametrize("name", ["errors/", "start/"])
def test_tables_on_a_phone(site: Site, visited: Any, name: str) -> None:
    """Each cell of a wide table is in sight, below its column's name, in its role."""
    assert visited(name, min(WIDTHS)).evaluate(CELLS_OF_CARDS) == []
