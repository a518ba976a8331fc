"""docs/missing.md: the mechanisms under the five probes, as a table and as a tree.

What is shown was measured: `evidence/measured/probes.json`, by `make measure`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from guide.measured import read_measured
from proof.lanes import LANES
from proof.showing.library import Library

PAGE = "missing"
CONTROL = "missing-pipeline"
PROBES = {
    "worker": "Did the task run, with current code, after the commit?",
    "host": "Did the code host list the children?",
    "steps": "Did each step start and end?",
    "statements": "Was an `INSERT` sent for the children?",
    "commit": "Was it committed, over the same connection?",
}
"""The probes in the order in which they are asked, and what each asks."""
NAMES = {
    "missing-pipeline": "the whole pipeline",
    "missing-swallowed": "exception swallowed",
    "missing-gather": "exception as a result",
    "missing-savepoint": "savepoint in `except`",
    "missing-limit": "time limit swallowed",
    "missing-await": "`await` forgotten",
    "missing-create-task": "`create_task`",
    "missing-generator": "generator",
    "missing-early-return": "early return",
    "missing-empty": "empty answer",
    "missing-key-default": "`.get()` by another key",
    "missing-iterator": "iterator at its end",
    "missing-lazy": "lazy queryset",
    "missing-rollback": "rollback alone",
    "missing-other-connection": "`asyncio.run` in a transaction",
    "missing-before-commit": "queued before the commit",
    "missing-wrong-key": "wrong key",
    "missing-ignore-conflicts": "`ignore_conflicts`",
    "missing-old-code": "old code",
}
"""What the table and the tree call each mechanism, in few words."""
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """A mechanism as it answers in some lanes."""

    example: str
    lanes: tuple[str, ...]
    answers: Answers

    def signature(self) -> tuple[str, ...]:
        """Return its answers to the five probes."""
        return tuple(self.answers[one] for one in PROBES)


def cases() -> list[Case]:
    """Return each mechanism, once for each way in which it answers."""
    measured = read_measured("probes")
    found: dict[tuple[str, str], list[str]] = {}
    for lane, by_example in measured.items():
        for example, answers in by_example.items():
            found.setdefault((example, json.dumps(answers)), []).append(lane)
    order = list(next(iter(measured.values())))
    made = [
        Case(
            example,
            () if len(lanes) == len(measured) else tuple(lanes),
            json.loads(answers),
        )
        for (example, answers), lanes in found.items()
    ]
    return sorted(made, key=lambda one: order.index(one.example))


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page."""
    every = cases()
    usual = next(one for one in every if one.example == CONTROL).answers
    others = [one for one in every if one.example != CONTROL]
    return {
        "probes": "\n".join(_table(every, usual, known)),
        "tree": "\n".join([_asked(0), "", *_tree(others, 0, 0, known)]),
    }


def _table(every: Sequence[Case], usual: Answers, known: Library) -> Iterator[str]:
    heads = ("Mechanism", *(f"{n} {one}" for n, one in enumerate(PROBES, 1)), "Rows")
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for case in every:
        cells = [_cell(case, one, usual) for one in PROBES]
        yield f"| {' | '.join([_link(case, known), *cells, case.answers['rows']])} |"


def _cell(case: Case, probe: str, usual: Answers) -> str:
    answer = case.answers[probe]
    if case.example == CONTROL:
        return answer
    return "·" if answer == usual[probe] else f"**{answer}**"


def _tree(some: list[Case], probe: int, depth: int, known: Library) -> Iterator[str]:
    """Yield a list item for each answer, and below it what to ask next."""
    name, indent = list(PROBES)[probe], "    " * depth
    groups: dict[str, list[Case]] = {}
    for case in some:
        groups.setdefault(case.answers[name], []).append(case)
    for answer, group in groups.items():
        if len(group) == 1:
            yield f"{indent}- **{answer}**: {_link(group[0], known)}"
            continue
        following = _first_that_splits(group, probe + 1)
        yield f"{indent}- **{answer}**: {_asked(following)}"
        yield from _tree(group, following, depth + 1, known)


def _first_that_splits(group: list[Case], begin: int) -> int:
    """Return the next probe that not all of the group answer alike.

    Raises:
        ValueError: two mechanisms answer every probe alike.
    """
    names = list(PROBES)
    for number in range(begin, len(names)):
        if len({one.answers[names[number]] for one in group}) > 1:
            return number
    raise ValueError(f"no probe tells {[one.example for one in group]} apart")


def _asked(probe: int) -> str:
    name = list(PROBES)[probe]
    return f"{probe + 1}, {name}: {PROBES[name]}"


def _link(case: Case, known: Library) -> str:
    example = known.by_id[case.example]
    page = "" if example.page == PAGE else f"{example.page}.md"
    where = f" ({', '.join(LANES[one].words for one in case.lanes)})"
    return f"[{NAMES[case.example]}]({page}#{example.id}){where if case.lanes else ''}"
