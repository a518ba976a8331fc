"""What the home page shows from evidence: one pair, and how much was run.

`pair` and `trust` are formatters of custom fences. The first holds the id of a ❌, and
shows what differs in it and in its twin, each with its picture; the second is empty.
"""

import subprocess
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from textwrap import dedent
from typing import Any

from markupsafe import Markup
from pymdownx.superfences import (
    SuperFencesException,
)

from proof.example import Example
from proof.lanes import LANES
from proof.places import PLACES
from proof.project import ROOT
from proof.showing.html import headed, listed, relative, tag
from proof.showing.library import Library, read_library
from proof.showing.picture.below import pictures

HOME = "index"
"""The page that shows both; links begin there."""
DATABASES = ("sqlite", "postgresql")
"""The lanes that are a database alone, without what it shares them with."""
Shown = Callable[[str, Library, Any], Markup]


def pair(source: str, *given: Any, **named: Any) -> str:
    """Return a ❌ and its twin; a builder may ask for it by its name."""
    return _told("pair", _pair, source, given[-1])


def trust(source: str, *given: Any, **named: Any) -> str:
    """Return how much was run; a builder may ask for it by its name."""
    return _told("trust", _trust, source, given[-1])


def _told(name: str, shown: Shown, source: str, md: Any) -> str:
    """Return what stands in place of a fence; the last that is given to one is `md`."""
    try:
        return str(shown(source.strip(), read_library(), md))
    except Exception as error:
        problem = f"{name} cannot be shown: {type(error).__name__}: {error}"
        raise SuperFencesException(f"docs/{HOME}.md: {problem}") from error


def _pair(name: str, known: Library, md: Any) -> Markup:
    bad = known.by_id[name]
    good = known.by_id[bad.twin or ""]
    sides = ((bad, good), (good, bad))
    return tag("div", *(_side(*one, known, md) for one in sides), class_="pair")


def _side(one: Example, other: Example, known: Library, md: Any) -> Markup:
    title = headed(one, f"{relative(HOME, one.page)}#{one.id}")
    return tag(
        "div",
        tag("span", title, class_="filename"),
        tag("pre", tag("code", "\n".join(what_differs(one, other))), tabindex=0),
        pictures(one, known, md, HOME),
        class_=f"example example--{'good' if one.good else 'bad'}",
        data_search_exclude=True,
    )


def what_differs(one: Example, other: Example) -> list[str]:
    """Return the lines that another example has not, each below the one before it.

    Imports follow from the rest, and comments make the claims.
    """
    lines, others = (e.code.rstrip().splitlines() for e in (one, other))
    found: list[int] = []
    for kind, first, last, _, _ in SequenceMatcher(
        None, lines, others, autojunk=False
    ).get_opcodes():
        changed = range(first, last) if kind != "equal" else ()
        for number in (n for n in changed if _is_work(lines[n])):
            found += [number - 1, number]
    kept = (lines[number] for number in dict.fromkeys(found))
    return dedent("\n".join(kept)).splitlines()


def _is_work(line: str) -> bool:
    return not line.startswith(("import ", "from ", "#")) and bool(line.strip())


def _trust(name: str, known: Library, md: Any) -> Markup:
    return tag("p", Markup(" ").join(trusted(known)), class_="trust")


def trusted(known: Library) -> Iterator[str]:
    """Yield the sentences that say how much was run, on what, and when."""
    good = sum(one.good for one in known.examples)
    many = len(known.examples)
    yield f"{many} blocks: {good} work, {many - good} fail as predicted."
    editions = {each for one in known.examples for each in known.editions(one)}
    pythons = _in_order(one.python for one in editions)
    djangos = _in_order(one.django for one in editions)
    lanes = {lane for one in known.examples for lane in known.outcomes(one)}
    own = {one.partition("/")[0] for one in lanes}
    databases = [LANES[one].words for one in DATABASES if one in own]
    under = {one.partition("/")[2] for one in lanes}
    servers = [one for one in PLACES["view"].under if one in under]
    yield (
        f"Run with Python {listed(pythons)}, Django {listed(djangos)}, on"
        f" {listed(databases)}, behind {listed(servers)}."
    )
    if recorded := _recorded_on():
        yield f"Recorded on {recorded:%-d %B %Y}."


def _in_order(versions: Iterable[str]) -> list[str]:
    return sorted(set(versions), key=lambda one: [*map(int, one.split("."))])


KEPT = ("evidence", ":(exclude)evidence/measured")
"""Where the examples' evidence is, and was before its files moved."""


@lru_cache(maxsize=1)
def _recorded_on() -> date | None:
    """Return the day of the last change of the evidence, if its history is here."""
    command = ["git", "log", "-1", "--format=%cs", "--diff-filter=r", "--", *KEPT]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        )
        return date.fromisoformat(done.stdout.strip())
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None
