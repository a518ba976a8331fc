"""The claims heard elsewhere: guide/data/claims.toml and the boxes of chapters."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from proof.errors import MarkdownError
from proof.project import ROOT

DOCS = ROOT / "docs"
HEARD = ROOT / "guide" / "data" / "claims.toml"
BOX = re.compile(
    r'^!!! note "Claim (?P<id>[SP]\d+): (?P<words>.+)"\n(?P<text>(?:(?: {4}.*)?\n)+)',
    re.MULTILINE,
)
SAYS = re.compile(r"\*\*(true when|true|false)", re.IGNORECASE)
HERE = re.compile(r"\]\(#")
DOCUMENT = re.compile(r"`((\d{3})_\w+\.txt)`")
TRUE, WHEN, FALSE = "true", "true when …", "false"
NOT_SETTLED = "not settled"


@dataclass(frozen=True)
class Heard:
    """One claim: its words, where it was heard, and what became of it.

    `text` is what its box says, with links that hold on any page of `docs/`. Without
    a box, a claim is not settled.
    """

    id: str
    words: str
    sources: tuple[str, ...]
    text: str = ""

    @property
    def verdict(self) -> str:
        """True, true when …, or false: as the bold words of the box say."""
        said = {word.lower() for word in SAYS.findall(self.text)}
        if "true when" in said or said == {"true", "false"}:
            return WHEN
        return {"true": TRUE, "false": FALSE}[said.pop()] if said else NOT_SETTLED

    @property
    def anchor(self) -> str:
        """Its anchor on the page of claims."""
        return self.id.lower()


def read_ledger(docs: Path = DOCS, heard: Path = HEARD) -> tuple[Heard, ...]:
    """Return every claim, those of the older documents first.

    Raises:
        MarkdownError: a claim has neither a box nor a line under `open`, or both, or a
            box settles a claim that was never heard.
    """
    data = tomllib.loads(heard.read_text("utf-8"))
    names = _documents((docs / "sources.md").read_text("utf-8"))
    sources = {
        one: [names[each] for each in data["documents"][one]]
        for one in data["documents"]
    }
    sources |= {one: ["in circulation"] for one in data["circulation"]}
    boxes = dict(_boxes(sorted(docs.glob("**/*.md"))))
    _agree(set(sources), set(boxes), set(data["open"]))
    return tuple(
        Heard(one, *boxes[one][:1], tuple(where), *boxes[one][1:])
        if one in boxes
        else Heard(one, data["open"][one], tuple(where))
        for one, where in sources.items()
    )


def _documents(sources: str) -> dict[str, str]:
    return {digits: name for name, digits in DOCUMENT.findall(sources)}


def _boxes(pages: Iterable[Path]) -> Iterator[tuple[str, tuple[str, str]]]:
    for page in pages:
        for box in BOX.finditer(page.read_text("utf-8")):
            text = HERE.sub(f"]({page.name}#", dedent(box["text"]).strip())
            yield box["id"], (box["words"], text)


def _agree(heard: set[str], boxes: set[str], unsettled: set[str]) -> None:
    wrong = {
        "a box settles it, and it is not named": boxes - heard,
        "no box settles it, and it is not among the open ones": heard
        - boxes
        - unsettled,
        "a box settles it: it is no longer open": boxes & unsettled,
        "it is open, and not named": unsettled - heard,
    }
    for problem, ids in wrong.items():
        if ids:
            raise MarkdownError(
                "guide/data/claims.toml",
                1,
                f"{', '.join(sorted(ids))}: {problem}",
                "Mend guide/data/claims.toml, or the box in its chapter.",
            )
