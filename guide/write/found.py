"""docs/found.md: what the checker, the guard and other tools find of the guide's ❌."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache

from django_async_lint.rules import RULES
from guide.checked import Rival, compared, guarded, is_silent, rivals
from proof.errors import MarkdownError
from proof.example import Example
from proof.project import ROOT
from proof.showing.library import Library

UNSEEN = ROOT / "guide" / "data" / "unseen.toml"
HEAD = ("| The ❌ | Rule | Guard | Other tools |", "|---|---|---|---|")


@dataclass(frozen=True)
class Kind:
    """Why a mistake cannot be seen, and the ❌ that are of this kind."""

    name: str
    why: str
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What finds a ❌: rules that are on by default, others, and the guard."""

    example: Example
    default: tuple[str, ...]
    asked: tuple[str, ...]
    guard: tuple[str, ...]

    @property
    def group(self) -> str:
        """The table that it stands in."""
        if self.default:
            return "default"
        if self.asked:
            return "asked"
        if self.guard:
            return "guard"
        return "unseen" if is_silent(self.example) else "loud"


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page.

    Raises:
        MarkdownError: a ❌ that nothing finds has no reason, or one that is found has.
    """
    every = seen(known)
    _each_has_its_reason(every)
    groups = ("default", "asked", "guard", "loud")
    tables = {
        name: _table([one for one in every if one.group == name]) for name in groups
    }
    return {
        "numbers": _numbers(every, known),
        "rivals": "\n".join(_rivals(every, known)),
        "unseen": "\n\n".join(_unseen(known)),
        **{f"by-{name}": "\n".join(table) for name, table in tables.items()},
    }


def seen(known: Library) -> list[Seen]:
    """Return what finds each ❌, in the guide's order."""
    of_the_guard = guarded()
    return [
        Seen(
            one,
            tuple(c for c, r in RULES.items() if r.default and one.id in r.finds),
            tuple(c for c, r in RULES.items() if not r.default and one.id in r.finds),
            of_the_guard.get(one.id, ()),
        )
        for one in known.examples
        if not one.good
    ]


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the reasons why a mistake cannot be seen."""
    data = tomllib.loads(UNSEEN.read_text("utf-8"))["kind"]
    return tuple(Kind(one["name"], one["why"], tuple(one["blocks"])) for one in data)


def _each_has_its_reason(every: Iterable[Seen]) -> None:
    reasons = sorted(name for kind in kinds() for name in kind.blocks)
    unseen = sorted(one.example.id for one in every if one.group == "unseen")
    if reasons != unseen:
        wrong = (
            ", ".join(sorted({*reasons} ^ {*unseen})) or "a name that is there twice"
        )
        raise MarkdownError(
            "guide/data/unseen.toml",
            1,
            f"the reasons are not those of the ❌ that nothing finds: {wrong}",
            "Name each ❌ that nothing finds once, and no other.",
        )


def _numbers(every: list[Seen], known: Library) -> str:
    silent = [one for one in every if is_silent(one.example)]
    by_rule = [one for one in every if one.default or one.asked]
    found = [one for one in silent if one.group != "unseen"]
    loud = sum(one.group == "loud" for one in every)
    guard = [one for one in every if one.guard]
    alone = sum(one.group == "guard" for one in every)
    return (
        f"Of {len(every)} ❌, {len(by_rule)} are found by a rule, "
        f"{sum(bool(one.default) for one in every)} of them by rules that are on by "
        f"default. The guard flags {len(guard)} of the {_ran(every)} that it was run "
        f"with, and of these {alone} that no rule finds. Another {loud} raise an "
        "exception that names the fault.\n\n"
        f"In {len(silent)} of the ❌ nothing raises. Of these, {len(found)} are found "
        f"by a rule or the guard: {round(100 * len(found) / len(silent))} %."
    )


def _ran(every: Iterable[Seen]) -> int:
    return sum(one.example.id in guarded() for one in every)


def _table(rows: Iterable[Seen]) -> Iterator[str]:
    yield from HEAD
    for one in rows:
        codes = ", ".join((*one.default, *one.asked)) or "—"
        others = ", ".join(r.name for r in rivals() if one.example.id in r.said) or "—"
        guard = ", ".join(one.guard) or "—"
        yield f"| {_link(one.example)} | {codes} | {guard} | {others} |"


def _rivals(every: list[Seen], known: Library) -> Iterator[str]:
    shown = [one.example for one in every if one.example.id in compared()]
    wrong = {one.id for one in shown}
    silent = {one.id for one in shown if is_silent(one)}
    right = compared() & {one.id for one in known.examples} - wrong
    numbers = f"❌ of {len(wrong)} | silent ❌ of {len(silent)} | ✅ of {len(right)}"
    yield f"| Tool | {numbers} |"
    yield "|---|---|---|---|"
    ours = {one.example.id for one in every if one.default} & wrong
    elsewhere = {name for rule in RULES.values() for name in rule.right_elsewhere}
    yield _tool("django-async-lint, by default", [ours, ours & silent, elsewhere])
    for one in rivals():
        if not one.left_out:
            yield _tool(
                f"{one.name} ({one.versions})",
                [{*one.said} & group for group in (wrong, silent, right)],
            )
    together = frozenset(name for one in rivals() for name in one.said)
    yield _tool("these others together", [together & g for g in (wrong, silent, right)])
    for one in rivals():
        yield from _left_out(one)


def _tool(name: str, found: Iterable[Set[str]]) -> str:
    return f"| {name} | {' | '.join(str(len(one)) for one in found)} |"


def _left_out(one: Rival) -> Iterator[str]:
    if one.left_out:
        yield f"\n{one.name} is left out: {one.left_out}."


def _unseen(known: Library) -> Iterator[str]:
    for kind in kinds():
        yield f"**{kind.name}.** {kind.why}"
        yield "\n".join(f"- {_link(known.by_id[name])}" for name in kind.blocks)


def _link(example: Example) -> str:
    return f"[{example.title[2:]}]({example.page}.md#{example.id})"
