"""Terms of the glossary: linked where a page first uses them."""

from types import SimpleNamespace

import pytest
from markdown import Markdown

from guide.rows import RowsExtension
from guide.terms import GLOSSARY, TermsExtension, anchor_of, read_terms


class Page:
    """Says, as MkDocs does, which page is being made."""

    def __init__(self, name: str) -> None:
        self.file = SimpleNamespace(src_uri=name)

    def run(self, root: object) -> None:
        """Change nothing."""


def shown(text: str, page: str | None = "page.md") -> str:
    """Return a page's HTML."""
    md = Markdown(extensions=["def_list", "tables", TermsExtension(), RowsExtension()])
    if page:
        md.treeprocessors.register(Page(page), "relpath", 0)
    return md.convert(text)


def test_a_term_is_linked_once():
    """The first use is a link, the next is not."""
    assert shown("A coroutine. Coroutines.") == (
        '<p>A <a class="term" href="glossary.md#coroutine">coroutine</a>. '
        "Coroutines.</p>"
    )


def test_plural_and_capital_are_the_same_term():
    """Loops and Loop lead to loop."""
    assert '#loop">Loops</a>' in shown("Loops end.")
    assert '#loop">Loop</a>' in shown("Loop.")


def test_longer_term_goes_first():
    """A running loop is its own term; the loop after it is another."""
    text = shown("A running loop, or a loop.")
    assert '#running-loop">running loop</a>' in text
    assert '#loop">loop</a>.' in text


def test_two_words_of_one_entry_are_one_term():
    """ASGI and WSGI share an entry, and a link."""
    assert shown("ASGI, or WSGI.").count("<a ") == 1


def test_term_that_is_code_is_linked_as_code():
    """A name in backticks that is a term is linked, and stays code."""
    assert '#run_async"><code>run_async</code></a>' in shown("Use `run_async`.")


@pytest.mark.parametrize(
    "text",
    [
        "# The coroutine",
        "[the coroutine](a.md)",
        "`x = coroutine`",
        "    coroutine",
        "a coroutine-like thing",
        "supercoroutine",
        "the example project",
    ],
)
def test_other_uses_are_left_alone(text: str):
    """No link in a heading, a link, code, or a part of another word."""
    assert "term" not in shown(text)


def test_word_that_is_plain_english_is_linked_when_emphasised():
    """To place an order is no place; *place* is."""
    assert "term" not in shown("To place an order; it is lost.")
    assert '#place"><em>place</em></a>' in shown("Its *place* is named.")


def test_words_around_links_stay_in_order():
    """Text before, between and after links and other elements is kept."""
    text = shown("A **loop** and a *task* with a bridge `x` over a loop, at last.")
    plain = "A loop and a task with a bridge x over a loop, at last."
    assert "".join(part.partition(">")[2] for part in text.split("<")) == plain


def test_link_from_a_folder_leads_up():
    """A page in a folder links to the glossary above it."""
    assert 'href="../glossary.md#loop"' in shown("A loop.", "folder/page.md")
    assert "term" not in shown("A loop.", "reference/bridge.md")


def test_glossary_has_anchors_and_no_links():
    """On its own page each entry has the anchor that the others link to."""
    text = shown("Core, shell\n: A loop.\n", GLOSSARY.name)
    assert '<dt id="core-shell">Core, shell</dt>' in text
    assert "<a" not in text


def test_without_mkdocs_nothing_is_linked():
    """A builder that does not say which page it makes gets the page as it is."""
    assert shown("A loop.", None) == "<p>A loop.</p>"


def test_every_entry_is_a_term():
    """The glossary is read whole; two words in one entry are two terms."""
    text = GLOSSARY.read_text("utf-8")
    entries = [
        above
        for above, line in zip(text.splitlines(), text.splitlines()[1:], strict=False)
        if line.startswith(": ")
    ]
    assert len(entries) > 40
    assert {anchor_of(one) for one in entries} == set(read_terms().values())
    assert read_terms()["wsgi"] == read_terms()["asgi"] == "asgi-wsgi"


def test_row_of_mistakes_is_a_card_with_an_anchor():
    """It is found by the first ❌ that it links to, and says the fix before the cause.

    Other tables stay tables, without anchors.
    """
    head = "| Symptom | Fix | Cause | Don't | Seen on |\n|---|---|---|---|---|\n"
    row = "| a | [b](x.md#good) | c | [d](x.md#bad), [e](x.md#worse) | SQLite |\n"
    html = shown(head + row)
    assert '<li id="never-bad">' in html and "<table" not in html
    assert html.index("x.md#good") < html.index("<b>Cause</b>") < html.index("x.md#bad")
    assert "id=" not in shown(head.replace("Symptom", "Message") + row)
