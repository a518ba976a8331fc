"""A headless Chromium of this machine, and what is asked of every page in it."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from proof.running.machine import browser_driver

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
)
"""The first has nothing but the engine, and takes half as long for a page."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LIKE_EACH_OTHER = 3
"""How many texts in the same colours have their contrast measured."""
AUDIT = """async ([most, all]) => {
  // A colour on its way from light to dark is neither.
  const moving = document.getAnimations().filter((one) =>
    one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(moving.map((one) => one.finished));
  const key = new Map([[null, ""]]), keys = new Map(), seen = new Map();
  const measured = new Set();
  for (const one of document.querySelectorAll("*")) {
    const style = getComputedStyle(one);
    const text = [key.get(one.parentElement), style.color, style.backgroundColor,
      style.backgroundImage, style.opacity, style.filter, style.textShadow].join();
    if (!keys.has(text)) keys.set(text, keys.size);
    key.set(one, keys.get(text));
    const shown = [...one.childNodes].some((node) => node.nodeType === 3 &&
      node.data.trim()) && one.checkVisibility({ visibilityProperty: true });
    if (!shown) continue;
    const like = [keys.get(text), style.fontSize, style.fontWeight].join();
    seen.set(like, (seen.get(like) ?? 0) + 1);
    if (seen.get(like) <= most) measured.add(one);
  }
  const contrast = "color-contrast";
  // Without this, it describes every element that is as it should be as well.
  const options = { resultTypes: ["violations"] };
  const others = all ? await axe.run(document,
    { ...options, rules: { [contrast]: { enabled: false } } }) : { violations: [] };
  const below = [...measured].flatMap((one) => [...one.children]);
  const contrasts = await axe.run(
    { include: [...measured], exclude: below.filter((one) => !measured.has(one)) },
    { ...options, runOnly: [contrast] });
  return [...others.violations, ...contrasts.violations];
}"""
"""All rules on all of a page, but for the slowest of them: contrast.

It follows from the colours of a text and of all that the text lies in, its size and
its weight; texts that are alike in those are measured a few times, not each time.
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium of this machine."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    if (reason := browser_driver()) is not None:
        pytest.skip(f"no browser: {reason}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


def violations(page: Page, *, of_colours: bool = False) -> list[tuple[str, str]]:
    """Return each rule of accessibility that a page breaks, and where.

    Of all rules, or of those of colours alone: no other can tell a scheme.
    """
    page.evaluate(Axe().axe_script)
    found = page.evaluate(AUDIT, [LIKE_EACH_OTHER, not of_colours])
    return [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]]


def sideways(page: Page) -> int:
    """Return by how much a page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width
