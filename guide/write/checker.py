"""What the checker carries of the guide, and what the guide says of the checker."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from django_async_lint.rules import RULES
from django_async_lint.rules.rule import Rule
from proof.example import Example
from proof.project import ROOT
from proof.showing.library import Library, Seen
from proof.showing.words import headline, sentences

ROWS = 3
"""Rows of one table that are shown; a reader at a terminal has one screen."""
SITE = re.compile(r"^site_url:\s*(\S+)$", re.MULTILINE)


def data(known: Library) -> Mapping[str, str]:
    """Return the file of the blocks that rules name, with what was seen of them."""
    named = sorted({name for rule in RULES.values() for name in _named(rule, known)})
    blocks = {name: _block(known.by_id[name], known) for name in named}
    site = SITE.search((ROOT / "mkdocs.yml").read_text("utf-8"))
    whole = {"site": site[1] if site else "", "blocks": blocks}
    return {"": json.dumps(whole, indent=0, ensure_ascii=False) + "\n"}


def page(known: Library) -> Mapping[str, str]:
    """Return the parts of the page: the rules, and how many blocks they find."""
    head = ("| Rule | What | By default | Finds | Write |", "|---|---|---|---|---|")
    rows = (
        f"| {code} | {rule.name} | {'yes' if rule.default else 'on request'} "
        f"| {_first(rule.finds, known)} | {_link(rule.good, 'this', known)} |"
        for code, rule in RULES.items()
    )
    wrong = [one for one in known.examples if not one.good]
    found = {name for rule in RULES.values() for name in rule.finds}
    default = {n for rule in RULES.values() if rule.default for n in rule.finds}
    elsewhere = [name for rule in RULES.values() for name in rule.right_elsewhere]
    numbers = (
        f"Of the guide's {len(wrong)} ❌, {len(found)} are named by a rule, "
        f"{len(default)} of them by rules that are on by default. Of its "
        f"{len(known.examples) - len(wrong)} ✅, rules that are on by default flag "
        f"{len(elsewhere)}, whose code is a ❌ under another server: "
        f"{', '.join(_title(name, known) for name in elsewhere)}."
    )
    return {"rules": "\n".join([*head, *rows]), "numbers": numbers}


def _named(rule: type[Rule], known: Library) -> Iterator[str]:
    yield rule.good
    for name in rule.finds:
        yield name
        twin = known.by_id[name].twin
        if twin:
            yield twin


def _block(example: Example, known: Library) -> dict[str, object]:
    return {
        "title": example.title,
        "page": example.page,
        "place": example.place,
        "code": example.code,
        "seen": [line for seen in known.seen(example) for line in _seen(example, seen)],
        "twin": example.twin or "",
    }


def _seen(example: Example, seen: Seen) -> Iterator[str]:
    """Yield what one run showed, in plain words."""
    yield f"{', '.join(seen.lanes)}: {headline(example, seen).striptags()}"
    for one in sentences(example, seen.outcome):
        yield one.striptags()
    for table, found in groupby(seen.outcome.changes, key=lambda one: one.table):
        changes = tuple(found)
        for change in changes[:ROWS]:
            after = "gone" if change.after is None else json.dumps(change.after)
            yield f"{table} {change.pk}: {after}"
        if len(changes) > ROWS:
            yield f"{table}: {len(changes) - ROWS} more"


def _first(names: tuple[str, ...], known: Library) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return _title(names[0], known) + more


def _title(name: str, known: Library) -> str:
    return _link(name, known.by_id[name].title[2:], known)


def _link(name: str, text: str, known: Library) -> str:
    return f"[{text}]({known.by_id[name].page}.md#{name})"
