"""What a coding assistant is told: CLAUDE.md, a page, a file to copy, and a skill.

The same cases stand in each. The file to copy stands on its own: it names no example.
In this repository an example is named by its id; on the page it is linked; beside the
skill it is written out.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from proof.errors import MarkdownError
from proof.example import Example
from proof.project import ROOT
from proof.showing.library import Library

DATA = ROOT / "guide" / "data" / "assistant.toml"
BRIDGE = ROOT / "examples" / "bridge" / "__init__.py"
INTRODUCTION = """\
# Mixing async and sync in Django

Required reading before touching code that mixes the ORM with async calls: mixed \
wrongly, it passes tests and fails silently; production data has been damaged that way.

Each case was run. `run_async` is `bridge.py`, copied with this file."""
SKILL = """\
---
name: django-async-sync
description: Rules for Django code that mixes the ORM with async calls. Use before \
writing or reviewing a management command, script, task, view, consumer, service or \
test that uses asyncio, run_async, async_to_sync, sync_to_async, threads or an async \
client; and when such code hangs, loses a write or says SynchronousOnlyOperation.
---
"""
MORE = """

After a change, run `django-async-lint check .`: it knows these mistakes, and says for \
each what to write. Run the tests with `pytest --async-guard`. Both come with `pip \
install "./guide/checker[guard]"`, from a checkout of the guide in `guide`. An excuse \
(`# noqa: CODE reason`) needs a reason that holds.

[cases.md](cases.md) has the code of each case, right and wrong."""


@dataclass(frozen=True)
class Case:
    """A situation, what to write in it, what never, how to see that it holds."""

    when: str
    write: str
    never: str
    check: str
    shown: Sequence[str]

    def __str__(self) -> str:
        return f"{self.in_short} Check: {self.check}."

    @property
    def in_short(self) -> str:
        """What to write in the situation, and what never."""
        return f"**{self.when}** → {self.write}. Never {self.never}."


Ending = Callable[[Case], str]


def linked(known: Library) -> Mapping[str, str]:
    """Return the parts for a page of the guide, each case linked to its examples."""

    def links(case: Case) -> str:
        found = (
            f"[`{name}`]({known.by_id[name].page}.md#{name})" for name in case.shown
        )
        return f" {', '.join(found)}"

    return {"rules": _rules(known, links), "overrides": _overrides()}


def named(known: Library) -> Mapping[str, str]:
    """Return the part for CLAUDE.md, each case with the id of a ❌ that shows it."""

    lines = (f"- {case.in_short} `{case.shown[1]}`" for case in _cases(known))
    return {"rules": "\n".join(lines)}


def copied(known: Library) -> Mapping[str, str]:
    """Return the whole of the file to copy."""
    return {"": f"{_alone(known)}\n"}


def skill(known: Library) -> Mapping[str, str]:
    """Return the whole of the skill: the file to copy, and where the code of it is."""
    return {"": f"{SKILL}\n{_alone(known)}{MORE}\n"}


def cases(known: Library) -> Mapping[str, str]:
    """Return the cases with the code of their examples, to be read without the site."""
    parts = ["# The cases, with their code"]
    for number, case in enumerate(_cases(known), 1):
        parts += [
            f"## {number}. {case.when}",
            f"Write {case.write}. Check: {case.check}.",
        ]
        for name in case.shown:
            parts.append(_block(known.by_id[name]))
    return {"": "\n\n".join(parts) + "\n"}


def bridge(known: Library) -> Mapping[str, str]:
    """Return the whole of the bridge's module, to be downloaded."""
    return {"": BRIDGE.read_text("utf-8")}


def _alone(known: Library) -> str:
    return "\n\n".join(
        [
            INTRODUCTION,
            "## Cases",
            _rules(known, lambda case: ""),
            "## House rules it overrides",
            _overrides(),
        ]
    )


def _rules(known: Library, ending: Ending) -> str:
    lines = enumerate(_cases(known), 1)
    return "\n".join(f"{number}. {case}{ending(case)}" for number, case in lines)


def _overrides() -> str:
    data = tomllib.loads(DATA.read_text("utf-8"))
    return "\n".join(f"- *{rule}*: {why}." for rule, why in data["overrides"].items())


def _cases(known: Library) -> Iterator[Case]:
    for facts in tomllib.loads(DATA.read_text("utf-8"))["case"]:
        case = Case(**facts)
        right, *wrong = (_known(known, name) for name in case.shown)
        if not right.good or not wrong or any(one.good for one in wrong):
            raise MarkdownError(
                "guide/data/assistant.toml",
                1,
                f"{case.shown} are not a ✅ and then ❌",
                "Name the ✅ first, then each ❌ that shows what is wrong.",
            )
        yield case


def _block(example: Example) -> str:
    return f"{example.title}:\n\n```python\n{example.code.strip()}\n```"


def _known(known: Library, name: str) -> Example:
    if name not in known.by_id:
        raise MarkdownError(
            "guide/data/assistant.toml",
            1,
            f'no example is called "{name}"',
            "Name an example by its id.",
        )
    return known.by_id[name]
