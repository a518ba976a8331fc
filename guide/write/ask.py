"""What to ask first, where a message has several causes: guide/data/errors.toml."""

import tomllib
from collections.abc import Mapping

from proof.errors import MarkdownError
from proof.project import ROOT

FIRST = ROOT / "guide" / "data" / "errors.toml"
"""What to ask first, by an entry's anchor."""


def read_first(slugs: set[str]) -> Mapping[str, str]:
    """Return what to ask first, by an entry's anchor.

    Raises:
        MarkdownError: there is a text for an entry that is not there.
    """
    text = FIRST.read_text("utf-8")
    asked = {slug: one.strip() for slug, one in tomllib.loads(text).items()}
    for slug in asked.keys() - slugs:
        line = text[: text.index(slug)].count("\n") + 1
        raise MarkdownError(
            f"guide/data/{FIRST.name}",
            line,
            f'no message has the entry "{slug}"',
            "Take the anchor of an entry's heading.",
        )
    return asked
