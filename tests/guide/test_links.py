"""Links that the site's own check cannot judge: what they promise, and those outside.

That a link within the site leads to a page and to an id on it is asked of the built
site, in `test_site.py`.
"""

import re

import pytest
from pages import BY_ID, EXAMPLES

from guide.mistakes import LINK, Row, read_mistakes
from proof.errors import MarkdownError
from proof.project import ROOT

HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MISTAKES = read_mistakes()
OUTSIDE = ("README.md", "CONTRIBUTING.md", "CLAUDE.md", "AGENTS.md")


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row.never[:60])
def test_a_mistake_stands_beside_its_fix(row: Row):
    """*Do* links to a ✅, *Never* to its ❌: one of the first is the twin of each."""
    good, bad = row.good, row.bad
    assert good and all(BY_ID[name].good for name in good)
    assert bad and not any(BY_ID[name].good for name in bad)
    twins = {BY_ID[name].twin for name in bad}
    assert twins & set(good), f"none of {good} is a twin of {bad}: {twins}"


def test_every_mistake_is_found():
    """Each ❌ of the guide has a row of mistakes."""
    found = {name for row in MISTAKES for name in row.bad}
    missing = [one.at(0) for one in EXAMPLES if not one.good and one.id not in found]
    assert not missing, f"Add a row to guide/data/mistakes.md for {missing}"


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row.never[:60])
def test_a_row_is_understood_by_itself(row: Row):
    """No row points at the one above: the index of errors shows it without that."""
    cells = (row.see, row.what)
    assert not any(re.match(r"(a )?the same\b|the same,", cell) for cell in cells)


def test_a_row_that_links_to_no_mistake_is_told_of(tmp_path):
    """A row without a link in its last cell is an error that names its line."""
    page = tmp_path / "mistakes.md"
    page.write_text("# M\n\n| SOE | a reason | [do](a.md#good) | nothing |\n", "utf-8")
    with pytest.raises(MarkdownError, match=r"data/mistakes\.md:3: this row cannot"):
        read_mistakes(page)


@pytest.mark.parametrize("name", OUTSIDE)
def test_links_from_outside_the_site_lead_somewhere(name: str):
    """The files beside docs/ link to files and headings that exist."""
    text = re.sub(
        r"^```.*?^```$", "", (ROOT / name).read_text("utf-8"), flags=re.M | re.S
    )
    for target in LINK.findall(text):
        if "://" in target:
            continue
        path, _, section = target.partition("#")
        assert (ROOT / path).exists(), f"{name}: {target}"
        assert not section or section in BY_ID or section in slugs(path), target


def slugs(path: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MkDocs write them."""
    headings = HEADING.findall((ROOT / path).read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
