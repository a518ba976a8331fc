"""*Which pattern?* as tiles: walked by pointer or keyboard, each step a link."""

from typing import Any

import pytest
from chromium import browser, sideways, violations
from served import SCHEMES, WIDTHS, Site, built, opened, site

from guide.tree import read_tree
from proof.showing.library import read_library

__all__ = ["browser", "built", "opened", "site"]

TREE = read_tree()
WALKED = """(ways) => ways.map((way) => {
  history.replaceState(null, "", "?way=" + way.join("."));
  dispatchEvent(new PopStateEvent("popstate"));
  return document.querySelector(".walk .ends a")?.getAttribute("href") ?? null;
})"""


def ways() -> list[tuple[list[str], str]]:
    """Return every way through the tree, by the names of what follows, and its ✅."""
    found = []
    for answers, leaf in TREE.paths():
        name, way = TREE.first, []
        for answer in answers:
            name = TREE.nodes[name].answers[answer]
            way.append(name)
        found.append((way, leaf.example))
    return found


def test_every_way_is_a_link(site: Site, opened: Any) -> None:
    """Each address of a way shows its end, with the ✅ to copy."""
    page, all_ways = opened("pattern/"), ways()
    known = read_library()
    ends = page.evaluate(WALKED, [way for way, _ in all_ways])
    wanted = [f"../{known.by_id[to].page}/index.html#{to}" for _, to in all_ways]
    assert ends == wanted
    assert page.complaints == []


def test_tiles_are_walked_with_the_keyboard(site: Site, opened: Any) -> None:
    """Arrows go from tile to tile, Enter goes on, and back goes back."""
    page = opened("pattern/")
    page.focus(".walk .tile")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_selector(".walk p.asked[tabindex]")
    first = next(iter(TREE.nodes[TREE.first].answers.values()))
    assert page.url.endswith(f"?way={first}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".walk .ends")
    page.go_back()
    page.wait_for_selector(".walk .tile")
    assert page.url.endswith(f"?way={first}")


def test_a_way_that_is_none_begins_again(site: Site, opened: Any) -> None:
    """An address that no tree has shows the first question."""
    page = opened("pattern/?way=command.nowhere")
    assert page.locator(".walk .tile").count() == len(TREE.nodes[TREE.first].answers)


def test_without_a_script_tiles_lead_to_the_list(site: Site, opened: Any) -> None:
    """Each tile is a link to the heading below which all answers stand."""
    page = opened("pattern/", java_script_enabled=False)
    page.click(".walk .tile >> nth=2")
    assert page.locator("h2:target").is_visible()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_step_is_quiet_and_accessible(
    site: Site, opened: Any, width: int, scheme: str
) -> None:
    """A step breaks no rule, moves nothing, and its tiles are as large as a thumb."""
    page = opened("pattern/?way=command", width, color_scheme=scheme)
    assert violations(page) == []
    assert page.evaluate("window.shift") < 0.01
    assert sideways(page) <= 0
    heights = page.locator(".walk .tile").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 32
