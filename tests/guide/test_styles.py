"""One sheet of styles, without what can match nothing; and it looks the same."""

from typing import Any

import pytest
from chromium import browser
from served import Site, built, opened, site

from guide.styles import Used, listed, rules, without_unused

__all__ = ["browser", "built", "opened", "site"]

PAGE = '<body dir="ltr" class="used"><p class="also" style="--n:var(--inline)">'
USED = Used((PAGE,), 'one.classList.add("late"); set("--named")')


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".used{a:b}.other{a:b}", ".used{a:b}"),
        (".used .other,.also{a:b}", ".also{a:b}"),
        (".late{a:b}", ".late{a:b}"),
        (".used:not(.other){a:b}", ".used:not(.other){a:b}"),
        (".used:is(.other, :not(.x)) p{a:b}", ".used:is(.other, :not(.x)) p{a:b}"),
        ("[dir=rtl] p{a:b}[dir=ltr] p{a:b}", "[dir=ltr] p{a:b}"),
        ('[data-x="rtl"] p{a:b}', '[data-x="rtl"] p{a:b}'),
        ("@media print{.other{a:b}}p{a:b}", "p{a:b}"),
        ("@media print{.other{a:b}.used{a:b}}", "@media print{.used{a:b}}"),
        ("@keyframes x{0%{a:b}to{a:c}}", "@keyframes x{0%{a:b}to{a:c}}"),
        ("/* } */p{content:'} /* \"'}", "p{content:'} /* \"'}"),
        ("p{--a:url('x;}');--b:1;a:var(--b)}", "p{--b:1;a:var(--b)}"),
        ("p{--a:f(g(1), 2);a:b}", "p{a:b}"),
        ("p{--named:1;--inline:2}", "p{--named:1;--inline:2}"),
        ("p{--a:1;a:var(--a, 2)}", "p{--a:1;a:var(--a, 2)}"),
    ],
)
def test_what_cannot_match_goes(css: str, kept: str) -> None:
    """A class of no page and no script; a name that nobody asks for; nothing else."""
    assert without_unused(css, USED) == kept


def test_a_list_is_parted_at_its_own_commas() -> None:
    """Not within brackets."""
    assert [*listed("a:is(b, c), d")] == ["a:is(b, c)", "d"]
    assert [*rules("@charset 'x';a{b{c}}")] == [("@charset 'x';", ""), ("a", "b{c}")]


def test_a_page_asks_for_one_sheet(site: Site) -> None:
    """And for that of docstrings only where there are some."""
    for page in site.pages:
        sheets = site.html(page).count('rel="stylesheet"')
        assert sheets == 1 + page.startswith("reference/"), page


LIKE_EACH_OTHER = 3
"""Elements of one kind that are looked at.

Of one kind is what has the same name, classes, attributes and place among its siblings,
in a parent of one kind, in one of one kind. No rule here asks for more.
"""
WHOLE = """async ([links, joined, most]) => {
  const seen = new Map();
  const chosen = [...document.querySelectorAll("body, body *")].filter((one) => {
    const around = [one, one.parentElement, one.parentElement.parentElement];
    const said = (it) => it && [it.tagName, it.classList, it.getAttributeNames()];
    let place = 0;
    for (let it = one; place < 9 && (it = it.previousElementSibling);) place += 1;
    const kind = [place, ...around.map(said)].join();
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return seen.get(kind) <= most;
  });
  const looks = () => chosen.map((one) =>
    ["", "::before", "::after"].map((part) => {
      const style = getComputedStyle(one, part || null);
      const names = [...style].filter((name) => !name.startsWith("--"));
      return names.map((name) => `${name}: ${style.getPropertyValue(name)}`);
    }));
  const before = looks();
  document.querySelector(`link[href$="${joined}"]`).remove();
  for (const href of links) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href });
    const come = new Promise((resolve) => { link.onload = resolve; });
    document.head.append(link);
    await come;
  }
  await new Promise((resolve) => setTimeout(resolve, 700));
  const after = looks(), differ = new Set();
  before.forEach((parts, n) => parts.forEach((all, part) => all.forEach((one, i) => {
    if (one !== after[n][part][i]) differ.add(`${one} -> ${after[n][part][i]}`);
  })));
  return [before.length, [...differ].slice(0, 20)];
}"""
"""Whether all kinds look with the one sheet as with all that it was made of."""
CLOCK = "*,*::before,*::after{transition:none!important;animation:none!important}"


@pytest.mark.parametrize("width", [1366, 412])
@pytest.mark.parametrize("page", ["find/", "card/", "reference/bridge/"])
def test_everything_looks_as_with_all_sheets(
    site: Site, opened: Any, page: str, width: int
) -> None:
    """Every property of each kind of element is the same as without the joining."""
    shown = opened(page, width)
    shown.add_style_tag(content=CLOCK)
    theme = sorted((site.folder / "assets/stylesheets").glob("*.min.css"))
    names = [f"assets/stylesheets/{one.name}" for one in theme]
    names += ["assets/site.css", "assets/find.css"]
    links = [f"{site.url}{one}" for one in names]
    count, differ = shown.evaluate(WHOLE, [links, "assets/all.css", LIKE_EACH_OTHER])
    assert count > 100
    assert differ == []
