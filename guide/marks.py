"""The marks ✅ and ❌ as pictures with a word, which need no font that has them.

A side of Python-Markdown: an extension that is named in mkdocs.yml. The Markdown keeps
the marks, and so does code, which is there to be copied.
"""

import re
from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

from proof.showing.html import VERDICTS

KINDS = {"✅": "good", "❌": "bad"}
"""The class of each mark."""
CODE = r"<(pre|code|script|title)\b.*?</\1>"
TAG = r"<[^>]*>"
SAID = "|".join(VERDICTS.values())
CODE_OR_MARK = re.compile(
    rf"{CODE}|{TAG}|(?:✅|❌)(?P<said>(?=\s*(?:{TAG})?(?:{SAID})\b))?", re.DOTALL
)
LAST = 0
"""After all that brings stashed HTML back."""


class Marks(Postprocessor):
    """Draws each mark that is neither in code nor in an attribute."""

    def run(self, text: str) -> str:
        """Return the HTML of a page with its marks drawn."""
        return CODE_OR_MARK.sub(_drawn, text)


def _drawn(found: re.Match[str]) -> str:
    """Return a mark as a picture; its word is for a reader, if it does not follow."""
    mark = found[0]
    if mark not in KINDS:
        return mark
    told = f'role="img" aria-label="{VERDICTS[mark]}"'
    told = told if found["said"] is None else 'aria-hidden="true"'
    return f'<span class="mark mark--{KINDS[mark]}" {told}></span>'


class MarksExtension(Extension):
    """Draws the marks of a page."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Draw them last."""
        md.postprocessors.register(Marks(md), "marks", LAST)


def makeExtension(**options: Any) -> MarksExtension:
    """Return the extension, as Python-Markdown asks for it."""
    return MarksExtension(**options)
