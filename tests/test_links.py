"""Links that the site's own check cannot judge: what they promise, and those outside.

That a link within the site leads to a page and to an id on it is asked of the built
site, in `test_site.py`.
"""

import re

import pytest
from guide import BY_ID, EXAMPLES

from proof.extract import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MISTAKES = (ROOT / "docs" / "mistakes.md").read_text("utf-8")
ROWS = [row.split(" | ") for row in MISTAKES.splitlines() if row.startswith("| ")]
FIXES = [row for row in ROWS if len(row) == 4 and LINK.search(row[3])]
OUTSIDE = ("README.md", "CONTRIBUTING.md", "CLAUDE.md")


def examples_in(text: str) -> list[str]:
    """Return the ids of the examples that a text links to."""
    found = (target.partition("#")[2] for target in LINK.findall(text))
    return [name for name in found if name in BY_ID]


@pytest.mark.parametrize("row", FIXES, ids=lambda row: row[3].strip(" |")[:60])
def test_a_mistake_stands_beside_its_fix(row: list[str]):
    """*Do* links to a ✅, *Never* to its ❌: one of the first is the twin of each."""
    good, bad = examples_in(row[2]), examples_in(row[3])
    assert good and all(BY_ID[name].good for name in good)
    assert bad and not any(BY_ID[name].good for name in bad)
    twins = {BY_ID[name].twin for name in bad}
    assert twins & set(good), f"none of {good} is a twin of {bad}: {twins}"


def test_every_mistake_is_found():
    """Each ❌ of the guide stands in a table of the page on mistakes."""
    found = {name for row in FIXES for name in examples_in(row[3])}
    missing = [one.at(0) for one in EXAMPLES if not one.good and one.id not in found]
    assert not missing, f"Add a row to docs/mistakes.md for {missing}"


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
