"""Markdown in, HTML out: a block's code with the evidence below it."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from markdown import Markdown
from mkdocs.config import load_config

from proof.claims.versions import DEFAULT, HERE, Edition
from proof.keeping.evidence import save
from proof.outcome import Change, Hang, Left, Outcome, Raised, Statement, Warned
from proof.places import PLACES
from proof.project import ROOT
from proof.reading.extract import extract
from proof.showing import library as reading
from proof.showing.fence import SuperFencesException
from proof.showing.html import relative

GOAL = 'Order.objects.filter(pk=7, status="cancelled").exists()'
GOOD = f"""\
```python {{#good title="✅ Write `it`" data-place="command" data-settles="S1 P3"}}
order.save()
# ✅ committed: {GOAL}
```
"""
BAD = f"""\
```python {{#bad title="❌ Lose it" data-place="command" data-twin="good"}}
order = None
order.save()  # ❌ raises AttributeError: 'NoneType' object has no attribute 'save'
# ❌ lost: {GOAL}
```
"""
WORKS = '<span class="mark mark--good" role="img" aria-label="works"></span>'
FAILS = (
    '<span class="mark mark--bad" role="img" aria-label="fails as predicted"></span>'
)
PAGE = f"# A page\n\n{GOOD}\n{BAD}"
WROTE = Outcome(
    example="good",
    lane="sqlite",
    end="returned",
    answers={GOAL: True},
    changes=(Change("trading_order", 7, {"status": "working"}, {"status": "done"}),),
    statements=(Statement("main thread", "C1", "autocommit", "UPDATE", "order", 1),),
    in_flight=1,
)
LOST = Outcome(
    example="bad",
    lane="sqlite",
    end="raised",
    raised=Raised(
        "builtins.AttributeError", "'NoneType' object has no attribute 'save'", 2
    ),
    answers={GOAL: False},
)
EVERYWHERE = tuple(
    replace(one, lane=lane)
    for one in (WROTE, LOST)
    for lane in ("sqlite", "postgresql")
)


@pytest.fixture(scope="session")
def settings() -> Any:
    """The site's own settings, those of its Markdown extensions among them."""
    return load_config(str(ROOT / "mkdocs.yml"))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty guide, and an empty folder of evidence."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "evidence").mkdir()
    monkeypatch.setattr(reading, "DOCS", tmp_path / "docs")
    monkeypatch.setenv("PROOF_EVIDENCE", str(tmp_path / "evidence"))
    monkeypatch.delenv("PROOF_SERVE", raising=False)
    return tmp_path


@pytest.fixture
def render(site: Path, settings: Any) -> Callable[..., str]:
    """Write pages and evidence, and return the first page as HTML."""

    def rendered(
        page: str = PAGE, outcomes: tuple[Outcome, ...] = EVERYWHERE, **others: str
    ) -> str:
        for name, text in {"page": page, **others}.items():
            (site / "docs" / f"{name}.md").write_text(text, "utf-8")
        save(extract(site / "docs"), outcomes, site / "evidence")
        return convert(page, settings)

    return rendered


def convert(page: str, settings: Any) -> str:
    """Return a page as HTML, by the extensions of the site."""
    return Markdown(
        extensions=settings.markdown_extensions, extension_configs=settings.mdx_configs
    ).convert(page)


def evidence_of(html: str, name: str) -> str:
    """Return the evidence of one example as HTML."""
    found = re.search(rf'<details [^>]*id="evidence-{name}".*?</details>', html, re.S)
    assert found, html
    return found[0]


def text_of(html: str) -> str:
    """Return what a reader reads."""
    cells = re.sub(r"</(?:td|th|li|p|summary|caption)>|<br>", " | ", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", cells)).split())


def test_the_editions_are_named(
    render: Callable[..., str], site: Path, settings: Any
) -> None:
    """The page says with which Pythons and Djangos an example was seen."""
    assert f"Seen in {HERE}." in text_of(evidence_of(render(), "good"))
    other = Edition("3.11", "5.2") if HERE == DEFAULT else DEFAULT
    save(extract(site / "docs"), EVERYWHERE, site / "evidence", edition=other)
    first, second = sorted((HERE, other), key=lambda one: one != DEFAULT)
    text = text_of(evidence_of(convert(PAGE, settings), "good"))
    assert f"Seen in {first}; {second}." in text


def test_summary_of_a_good_one(render: Callable[..., str]) -> None:
    """The closed evidence of a ✅ says that it holds, and in which lanes."""
    summary = text_of(evidence_of(render(), "good")).partition(" | ")[0]
    assert summary == "works — SQLite, PostgreSQL"


def test_summary_of_a_bad_one(render: Callable[..., str]) -> None:
    """The closed evidence of a ❌ names its symptoms and the line."""
    summary = text_of(evidence_of(render(), "bad")).partition(" | ")[0]
    assert summary == (
        "fails as predicted — raises AttributeError at line 2; the goal is lost"
        " — SQLite, PostgreSQL"
    )


def test_closed_and_out_of_search(render: Callable[..., str]) -> None:
    """Evidence is closed at first, and no search looks into it."""
    opening = evidence_of(render(), "good").partition(">")[0]
    assert " open" not in opening
    assert opening.endswith(" data-search-exclude")


def test_search_sees_claims_only(render: Callable[..., str]) -> None:
    """Of the code, search looks into the lines that make a claim, and no others."""
    lines = re.findall(r"<code-line([^>]*)>(.*?)</code-line>", render(), re.S)
    seen = [text_of(line) for attributes, line in lines if "search" not in attributes]
    assert len(lines) == 5
    assert seen == [
        f"# ✅ committed: {GOAL}",
        "order.save() # ❌ raises AttributeError: 'NoneType' object has no attribute"
        " 'save'",
        f"# ❌ lost: {GOAL}",
    ]


def test_equal_lanes_merge(render: Callable[..., str]) -> None:
    """Lanes in which the same was seen share one section."""
    said = text_of(evidence_of(render(), "good"))
    assert said.count("SQLite and PostgreSQL") == 1
    assert said.count("Statements in order") == 1


def test_lanes_that_differ(render: Callable[..., str]) -> None:
    """Lanes in which different things were seen have a section each."""
    other = replace(WROTE, lane="postgresql", statements=(), in_flight=0)
    said = text_of(evidence_of(render(outcomes=(WROTE, other, LOST)), "good"))
    assert "SQLite and PostgreSQL" not in said
    assert "| PostgreSQL | It returned." in said
    assert "No statement reached the database." in said


def test_verdicts_that_differ(render: Callable[..., str]) -> None:
    """A claim that is refuted in one lane says so, with what was seen there."""
    other = replace(WROTE, lane="postgresql", answers={GOAL: False}, changes=())
    said = text_of(evidence_of(render(outcomes=(WROTE, other, LOST)), "good"))
    assert said.startswith("works — SQLite | ⚠️ refuted — PostgreSQL |")
    assert f"Refuted (line 2). Claimed: ✅ committed: {GOAL} Seen: it is False" in said


def test_lane_not_run(render: Callable[..., str]) -> None:
    """A lane without a recorded outcome is named as not run."""
    said = text_of(evidence_of(render(outcomes=(WROTE, LOST)), "good"))
    assert said.startswith("works — SQLite | PostgreSQL: not run |")
    assert said.endswith("| PostgreSQL | Not run. |")


def test_what_was_seen(render: Callable[..., str]) -> None:
    """Opened, evidence shows the end, the answers, the rows and the statements."""
    said = text_of(evidence_of(render(), "good"))
    assert "It returned. | It left nothing open." in said
    assert f"{GOAL} is true" in said
    assert "trading_order 7 | status | working | done |" in said
    assert "1 | 1 | main thread | C1 | autocommit | UPDATE order |" in said


def test_where_it_raised(render: Callable[..., str]) -> None:
    """An exception is given with its type, message, and both of its lines."""
    said = text_of(evidence_of(render(), "bad"))
    assert (
        "It raised builtins.AttributeError: 'NoneType' object has no attribute 'save'"
        " at line 2 of the block (docs/page.md:10)."
    ) in said


def test_line_where_it_happened(render: Callable[..., str]) -> None:
    """The line that really raised is marked, and the evidence links to it."""
    html = render()
    assert re.findall(r'<code-line[^>]*class="hll"[^>]*>(\w+)', html) == ["order"]
    assert '<code-line id="L-bad-2" class="hll">' in html
    assert '<a href="#L-bad-2">line 2</a>' in html


def test_warning_and_hang_are_marked(render: Callable[..., str]) -> None:
    """The lines that warned or hung are marked as well."""
    hung = replace(
        LOST,
        end="hung",
        raised=None,
        hang=Hang("lock wait", 2, "main thread"),
        warnings=(Warned("RuntimeWarning", "never awaited", 1),),
    )
    html = render(outcomes=(WROTE, hung))
    assert len(re.findall(r'class="hll"', html)) == 2
    said = text_of(evidence_of(html, "bad"))
    assert "It hangs at line 2 of the block (docs/page.md:10): lock wait" in said
    assert "It warned RuntimeWarning: never awaited at line 1" in said


def test_summary_gives_the_line_seen(render: Callable[..., str]) -> None:
    """A warning from outside the block is named without a line, and once."""
    warned = Warned("ResourceWarning", "unclosed", 0)
    told = replace(LOST, warnings=(warned, warned))
    claim = "# ❌ warns ResourceWarning: unclosed\n"
    page = PAGE.replace("# ❌ lost", f"\n\n{claim}{claim}# ❌ lost")
    said = text_of(evidence_of(render(page, (WROTE, told)), "bad"))
    assert "at line 2; warns ResourceWarning; the goal is lost — SQLite" in said


def test_leaks_and_prints(render: Callable[..., str]) -> None:
    """What was left open and what was printed is shown."""
    left = replace(WROTE, left=Left(connection=2), printed=("one", "<two>"))
    html = evidence_of(render(outcomes=(left, LOST)), "good")
    assert "It left open: 2 connections." in text_of(html)
    assert "<samp>one\n&lt;two&gt;</samp>" in html


def test_transaction(render: Callable[..., str]) -> None:
    """The timeline shows where a transaction begins, ends, and what failed."""
    inside = replace(WROTE.statements[0], transaction="open", kind="INSERT")
    begin = replace(WROTE.statements[0], kind="BEGIN", table="")
    other = replace(WROTE.statements[0], connection="C2", failed=True)
    end = replace(begin, kind="ROLLBACK")
    after = WROTE.statements[0]
    told = replace(WROTE, statements=(begin, inside, inside, other, end, after))
    said = text_of(evidence_of(render(outcomes=(told, LOST)), "good"))
    assert "1 | 1 | main thread | C1 | ┌ begins | BEGIN |" in said
    assert "2–3 | 1 | main thread | C1 | │ inside | INSERT order × 2 |" in said
    assert "4 | 1 | main thread | C2 | autocommit | UPDATE order failed |" in said
    assert "5 | 1 | main thread | C1 | └ rolls back | ROLLBACK |" in said
    assert "6 | 1 | main thread | C1 | autocommit | UPDATE order |" in said


def test_bookkeeping_is_one_row(render: Callable[..., str]) -> None:
    """What Django does for itself, outside of the block, is told in one row."""
    kinds = ("SELECT", "INSERT", "SELECT")
    seen = [replace(WROTE.statements[0], line=0, kind=kind) for kind in kinds]
    own = [replace(one, table="auth_permission") for one in seen]
    told = replace(WROTE, statements=(*own, *seen[:1]))
    said = text_of(evidence_of(render(outcomes=(told, LOST)), "good"))
    both = "SELECT, INSERT auth_permission, django_content_type"
    assert f"autocommit | {both} × 3 |" in said
    assert "autocommit | SELECT order |" in said


def test_new_and_deleted_rows(render: Callable[..., str]) -> None:
    """New and deleted rows are said in words; many of a kind are counted."""
    new = tuple(Change("order", n, None, {"id": n, "note": None}) for n in range(10))
    gone = Change("trade", 1, {"id": 1, "note": ""}, None)
    told = replace(WROTE, changes=(*new, gone))
    said = text_of(evidence_of(render(outcomes=(told, LOST)), "good"))
    assert "order 0 | new row: id=0, note=NULL |" in said
    assert "order | and 2 more new rows |" in said
    assert "trade 1 | deleted row: id=1, note='' |" in said


def test_everything_is_escaped(render: Callable[..., str]) -> None:
    """Nothing that was seen or written is taken for HTML."""
    page = PAGE.replace("✅ Write `it`", "✅ a <b>bold</b> & `<i>`")
    raised = Raised("builtins.E", "<script>alert(1)</script>", 2)
    change = Change("<t>", "<k>", {"<f>": "<x>"}, {"<f>": "<y>"})
    sent = replace(WROTE.statements[0], table="<s>", thread="<u>")
    told = replace(WROTE, changes=(change,), statements=(sent,), printed=("<p>",))
    html = render(page, (told, replace(LOST, raised=raised)))
    for name in ("b", "i", "script", "t", "k", "f", "x", "y", "s", "u"):
        assert f"<{name}>" not in html
    assert "</b> a &lt;b&gt;bold&lt;/b&gt; &amp; <code>&lt;i&gt;</code>" in html


def test_tables_have_headers(render: Callable[..., str]) -> None:
    """Tables have captions and headers, and can be scrolled from the keyboard."""
    html = evidence_of(render(), "good")
    for caption in ("Rows before and after", "Statements in order"):
        assert f"<caption>{caption}</caption>" in html
        assert f'tabindex="0" role="group" aria-label="{caption}"' in html
    assert html.count('scope="col"') == 10
    assert 'scope="row"' in html


def test_a_block_says_in_a_word_what_its_mark_means(render: Callable[..., str]) -> None:
    """Everybody reads it beside the mark; a screen reader has it once."""
    html = render()
    for kind, word in (("good", "works"), ("bad", "fails as predicted")):
        drawn = f'<span class="mark mark--{kind}" aria-hidden="true"></span>'
        assert f'{drawn} <b class="verdict">{word}</b> ' in html
        assert f"{drawn} {word}</strong>" in html


def test_permalink(render: Callable[..., str]) -> None:
    """A block has its id, and a link to itself that can be seen and named."""
    html = render()
    assert '<div id="good" class="highlight">' in html
    assert 'href="#good" title="Permalink to this example"' in html
    assert 'aria-label="Permalink to this example: ✅ Write it"' in html


def test_anchor_is_known_to_mkdocs(render: Callable[..., str], settings: Any) -> None:
    """MkDocs, which checks links, learns of the block's anchor."""

    class Anchors:
        present_anchor_ids: set[str] = set()

        def run(self, root: Any) -> None:
            """Stand for MkDocs' own."""

    render()
    md = Markdown(
        extensions=settings.markdown_extensions, extension_configs=settings.mdx_configs
    )
    md.treeprocessors.register(Anchors(), "mkdocs_extract_anchors", 5)
    md.convert(PAGE)
    assert Anchors.present_anchor_ids == {"good", "bad"}


def test_twin_on_the_same_page(render: Callable[..., str]) -> None:
    """A ❌ links to its twin, and a ✅ to every ❌ that names it."""
    html = render()
    good, bad = evidence_of(html, "good"), evidence_of(html, "bad")
    assert f'<a href="#good">{WORKS} Write <code>it</code></a>' in bad
    assert f'<a href="#bad">{FAILS} Lose it</a>' in good


def test_twin_on_another_page(render: Callable[..., str]) -> None:
    """A link to an example of another page is relative to this one."""
    html = render(BAD, (WROTE, LOST), other=GOOD)
    assert '<a href="../other/#good">' in evidence_of(html, "bad")


@pytest.mark.parametrize(
    ("at", "to", "url"),
    [
        ("a", "a", ""),
        ("a", "b", "../b/"),
        ("index", "b", "b/"),
        ("b", "index", "../"),
        ("c/d", "b", "../../b/"),
        ("c/d", "c/index", "../../c/"),
    ],
)
def test_relative(at: str, to: str, url: str) -> None:
    """From any page to any page leads a relative address, each page a folder."""
    assert relative(at, to) == url


def test_place_and_claims(render: Callable[..., str]) -> None:
    """The evidence says where the block ran, and which claims it settles."""
    said = text_of(evidence_of(render(), "good"))
    assert "Run as a management command." in said
    assert "It settles S1 and P3." in said


@pytest.mark.parametrize("place", PLACES)
def test_every_place_has_words(place: str, render: Callable[..., str]) -> None:
    """A place that the runner knows can be said on the page."""
    call = ' data-call="save(7)"' if PLACES[place].called else ""
    page = PAGE.replace('data-place="command"', f'data-place="{place}"{call}')
    said = text_of(evidence_of(render(page), "good"))
    assert "Run as " in said
    assert ("save(7)" in said) == bool(PLACES[place].called)


def test_in_a_tab_or_a_list(render: Callable[..., str]) -> None:
    """An indented block gets its evidence as any other."""
    indented = "".join(f"    {line}\n" for line in GOOD.splitlines())
    html = render(f"!!! note\n\n{indented}\n{BAD}")
    assert evidence_of(html, "good")


def test_no_evidence(site: Path, settings: Any) -> None:
    """A block that was never run stops the build, and is named with its line."""
    (site / "docs/page.md").write_text(PAGE, "utf-8")
    with pytest.raises(SuperFencesException, match=r"^docs/page\.md:3: no run of good"):
        convert(PAGE, settings)


def test_stale_evidence(render: Callable[..., str], site: Path, settings: Any) -> None:
    """Evidence recorded from other source stops the build."""
    render()
    page = PAGE.replace("order = None", "order = 0")
    (site / "docs/page.md").write_text(page, "utf-8")
    with pytest.raises(
        SuperFencesException, match=r"^docs/page\.md:8: the block bad ha"
    ):
        convert(page, settings)


def test_while_writing(
    site: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While pages are being written, a block without evidence says so in its place."""
    (site / "docs/page.md").write_text(PAGE, "utf-8")
    monkeypatch.setenv("PROOF_SERVE", "1")
    assert "Not run yet: no run of good is recorded." in text_of(
        convert(PAGE, settings)
    )


def test_damaged_evidence(
    render: Callable[..., str], site: Path, settings: Any
) -> None:
    """A file of evidence that was edited by hand stops the build."""
    render()
    path = site / "evidence/page.json"
    path.write_text(path.read_text("utf-8").replace("returned", "exited"), "utf-8")
    with pytest.raises(SuperFencesException, match="edited by hand"):
        convert(PAGE, settings)


@pytest.mark.parametrize(
    "opening",
    ["```python", "```py", "``` { .python }", '```python title="✅ a"', "~~~python"],
)
def test_block_without_header(opening: str, site: Path, settings: Any) -> None:
    """A Python block without a header stops the build, in docs/ with its line."""
    page = f"# A\n\n{opening}\nx = 1\n{opening[:3]}\n"
    (site / "docs/page.md").write_text(page, "utf-8")
    with pytest.raises(SuperFencesException, match=r"^docs/page\.md:3: "):
        convert(page, settings)


@pytest.mark.parametrize("opening", ["```python", "```py", "```{ .python #good }"])
def test_block_of_a_docstring(
    opening: str, render: Callable[..., str], settings: Any
) -> None:
    """A Python block that comes from no page stops the build as well."""
    render()
    with pytest.raises(SuperFencesException, match="it is no example of docs/: x = 1"):
        convert(f"{opening}\nx = 1\n```\n", settings)


def test_unknown_key(render: Callable[..., str], settings: Any) -> None:
    """A key that the header does not know stops the build."""
    render()
    with pytest.raises(SuperFencesException, match='unknown key "data-twn"'):
        convert(BAD.replace("data-twin", "data-twn"), settings)


def test_a_mistake_of_the_builder(
    render: Callable[..., str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in the builder itself is not swallowed, and names the block."""
    render()
    monkeypatch.setattr(reading.Library, "seen", lambda *a: 1 / 0)
    with pytest.raises(SuperFencesException, match=r"page\.md:3: .*ZeroDivisionError"):
        convert(PAGE, settings)


def test_what_cannot_be_read(
    render: Callable[..., str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the system is not swallowed either."""
    render()
    monkeypatch.setattr(
        "proof.showing.fence.read_library", lambda: Path("/gone").stat()
    )
    with pytest.raises(SuperFencesException, match="FileNotFoundError"):
        convert(PAGE, settings)


def test_read_again_when_changed(render: Callable[..., str]) -> None:
    """Evidence recorded anew shows without a restart."""
    assert "PostgreSQL: not run" in render(outcomes=(WROTE, LOST))
    assert "PostgreSQL: not run" not in render()


def test_several_folders(
    render: Callable[..., str],
    site: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of several folders of evidence, a later one overrides lane by lane."""
    render()
    told = replace(WROTE, statements=())
    save(extract(site / "docs"), (told,), site / "later")
    folders = os.pathsep.join([str(site / "evidence"), str(site / "later")])
    monkeypatch.setenv("PROOF_EVIDENCE", folders)
    said = text_of(evidence_of(convert(PAGE, settings), "good"))
    sqlite, _, postgresql = said.partition("| PostgreSQL | It returned.")
    assert "No statement reached the database." in sqlite
    assert "UPDATE order" in postgresql
