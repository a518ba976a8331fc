"""What a reader types for a mistake or a section: guide/data/heard.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from proof.errors import MarkdownError
from proof.project import ROOT

HEARD = ROOT / "guide" / "data" / "heard.toml"


@dataclass(frozen=True)
class Heard:
    """Words of a reader, by the first ❌ of a row and by the address of a section.

    `messages` are messages that no run gave, each with one of a run.
    """

    mistakes: Mapping[str, str]
    pages: Mapping[str, str]
    messages: Mapping[str, str]


def read_heard(rows: set[str]) -> Heard:
    """Return the words of a reader; `rows` are the first ❌ of each row.

    Raises:
        MarkdownError: there are words for a row that is not there.
    """
    text = HEARD.read_text("utf-8")
    data = tomllib.loads(text)
    for name in data["mistakes"].keys() - rows:
        line = text[: text.index(f"\n{name} = ") + 1].count("\n") + 1
        raise MarkdownError(
            f"guide/data/{HEARD.name}",
            line,
            f'no row of mistakes begins with the ❌ "{name}"',
            "Take the first ❌ of a row of guide/data/mistakes.md.",
        )
    return Heard(data["mistakes"], data["pages"], data["messages"])
