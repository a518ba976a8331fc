"""Each page of the site in a real browser: quiet, steady, and for everybody to use."""

from typing import Any

import pytest
from chromium import browser, sideways, violations
from served import PAGES, SCHEMES, WIDTHS, Site, open_all, opened, site

__all__ = ["browser", "opened", "site"]

CELLS_OF_CARDS = """[...document.querySelectorAll("table[style] td")].filter((td) => {
  const box = td.getBoundingClientRect();
  const named = getComputedStyle(td, "::before").content[0] === '"';
  return !named || box.right > innerWidth || td.role !== "cell";
}).map((td) => td.textContent)"""
"""The cells of wide tables that a phone would not show as a part of a card."""
AUDITED = 1
"""Pieces of evidence that are opened for an audit: all come from one template.

The longest page is audited with all of its evidence opened."""
SETTLED = 150
"""Milliseconds after which nothing of a page is on its way any more."""


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
