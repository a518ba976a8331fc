"""The marks are pictures with a word, but in code, which is copied."""

import markdown
import pytest

from guide.marks import MarksExtension

GOOD = '<span class="mark mark--good" role="img" aria-label="works"></span>'
BAD = '<span class="mark mark--bad" role="img" aria-label="fails as predicted"></span>'

HIDDEN = '<span class="mark mark--good" aria-hidden="true"></span>'
"""A mark whose word follows, so that nobody hears it twice."""


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a ✅ and a ❌", f"<p>a {GOOD} and a {BAD}</p>"),
        ("`# ✅ committed`", "<p><code># ✅ committed</code></p>"),
        ("    # ❌ lost", "<pre><code># ❌ lost\n</code></pre>"),
        ('<i title="✅">✅</i>', f'<p><i title="✅">{GOOD}</i></p>'),
        ("✅ works", f"<p>{HIDDEN} works</p>"),
        ("✅ <b>works</b>", f"<p>{HIDDEN} <b>works</b></p>"),
        ("✅ workshop", f"<p>{GOOD} workshop</p>"),
    ],
)
def test_a_mark_is_drawn_where_it_is_no_code(text: str, html: str):
    """In the words of a page it is drawn; code and attributes keep it."""
    assert markdown.markdown(text, extensions=[MarksExtension()]) == html
