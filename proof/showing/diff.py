"""What the ✅ beside a ❌ does otherwise: the lines that differ, folded.

Comments that make a claim differ in any case, and are left out.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from markupsafe import Markup

from proof.example import Example
from proof.showing.code import CLAIMS
from proof.showing.html import tag

SIGNS = {"del": "-", "ins": "+"}
TOLD = {"del": "Without the fix: ", "ins": "With the fix: "}
"""What a screen reader hears before the lines of one side."""
GAP = "…"


def diff(bad: Example, good: Example) -> Markup:
    """Return the lines in which a ✅ differs from its ❌, to be opened below the ❌."""
    return tag(
        "details",
        tag("summary", "What the fix changes"),
        tag("pre", tag("code", Markup("\n").join(_parts(bad, good))), tabindex=0),
        class_="evidence diff",
        data_search_exclude=True,
    )


def _parts(bad: Example, good: Example) -> Iterator[Markup]:
    """Yield what differs; a sign stands for the lines between, which are the same."""
    here, there = map(_work, (bad, good))
    last = 0
    for number, (first, lines) in enumerate(changes(here, there)):
        if number and first > last:
            yield Markup(GAP)
        for kind, some in lines.items():
            if some:
                text = "\n".join(f"{SIGNS[kind]} {one}" for one in some)
                yield tag(kind, tag("span", TOLD[kind], class_="in-words"), text)
        last = first + len(lines["del"])


def changes(
    here: Sequence[str], there: Sequence[str]
) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Yield each place that differs: its line, what goes, and what comes instead."""
    matcher = SequenceMatcher(None, here, there, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        gone = [one for one in here[first:last] if one.strip()]
        new = [one for one in there[start:end] if one.strip()]
        if kind != "equal" and (gone or new):
            yield first, {"del": gone, "ins": new}


def _work(example: Example) -> list[str]:
    """Return the lines of a block without its claims."""
    return [
        line.rstrip()
        for line in example.code.splitlines()
        if not any(line.lstrip().startswith(f"# {mark}") for mark in CLAIMS)
    ]
