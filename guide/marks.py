"""The marks ✅ and ❌ as pictures with a word, which need no font that has them.

A side of Python-Markdown: an extension that is named in mkdocs.yml. The Markdown keeps
the marks, and so does code, which is there to be copied.
"""

import re
from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

WORDS = {"✅": ("good", "works"), "❌": ("bad", "fails as predicted")}
"""The class of each mark, and the word for whoever does not see it."""
CODE = r"<(pre|code|script|title)\b.*?</\1>"
TAG = r"<[^>]*>"
CODE_OR_MARK = re.compile(f"{CODE}|{TAG}|✅|❌", re.DOTALL)
LAST = 0
"""After all that brings stashed HTML back."""


class Marks(Postprocessor):
    """Draws each mark that is neither in code nor in an attribute."""

    def run(self, text: str) -> str:
        """Return the HTML of a page with its marks drawn."""
        return CODE_OR_MARK.sub(_drawn, text)


def _drawn(found: re.Match[str]) -> str:
    if found[0] not in WORDS:
        return found[0]
    kind, word = WORDS[found[0]]
    return f'<span class="mark mark--{kind}" role="img" aria-label="{word}"></span>'


class MarksExtension(Extension):
    """Draws the marks of a page."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Draw them last."""
        md.postprocessors.register(Marks(md), "marks", LAST)


def makeExtension(**options: Any) -> MarksExtension:
    """Return the extension, as Python-Markdown asks for it."""
    return MarksExtension(**options)
