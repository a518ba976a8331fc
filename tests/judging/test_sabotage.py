"""Eleven ways to make the guide untrue: each is found, at its page and line.

Each is worked into a copy of `docs/`, on an example that is looked up by what it is
like, and judged by the very checks of `make test`. All that have to run, run together.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pages import BY_ID
from pages import EXAMPLES as GUIDE

from proof.errors import EvidenceError, MarkdownError
from proof.example import Example
from proof.judging.check import Check, check
from proof.keeping.evidence import load, save
from proof.project import ROOT
from proof.reading.extract import extract
from proof.running.run import run

CLAIM = re.compile(r"^ *# ?[✅❌]")
Lines = list[str]
WRONG = [one for one in GUIDE if not one.good and one.claims_for("sqlite")]
RIGHT = [
    example
    for example in GUIDE
    if example.good and all(claim.kind == "committed" for claim in example.claims)
]


@dataclass(frozen=True)
class Edit:
    """New code for examples, by id."""

    code: Mapping[str, Lines]


def lines_of(example: Example) -> Lines:
    """Return the code of an example, line by line."""
    return example.code.splitlines()


def same_line(
    examples: Sequence[Example], pattern: str, replacement: str
) -> Iterator[Edit]:
    """Yield an edit of each example that has a line like the pattern."""
    for example in examples:
        code, count = re.subn(pattern, replacement, example.code, count=1, flags=re.M)
        if count:
            yield Edit({example.id: code.splitlines()})


def removed_await() -> Iterator[Edit]:
    """Yield ✅ in which a statement has lost its `await`."""
    return same_line(RIGHT, r"^( +)await (\w+\.a\w+\(\))$", r"\1\2")


def swapped_bodies() -> Iterator[Edit]:
    """Yield pairs whose code has changed places, while the claims stay."""
    for wrong in WRONG:
        right = BY_ID[wrong.twin or ""]
        # Where the servers differ, the code may be the same.
        alike = wrong.under == right.under and len(wrong.under) < 2
        if alike and all(claim.apart for claim in wrong.claims):
            (mine, says), (its, said) = map(_body_and_claims, (wrong, right))
            yield Edit({wrong.id: its + says, right.id: mine + said})


def _body_and_claims(example: Example) -> tuple[Lines, Lines]:
    lines = lines_of(example)
    first = next(n for n, line in enumerate(lines) if CLAIM.match(line))
    return lines[:first], lines[first:]


def wrong_exception() -> Iterator[Edit]:
    """Yield ❌ that claim another exception."""
    return same_line(WRONG, r"❌ raises \w+:", "❌ raises LookupError:")


def wrong_message() -> Iterator[Edit]:
    """Yield ❌ that claim another message of the right exception."""
    return same_line(WRONG, r"(❌ raises \w+:) .*$", r"\1 another message")


def wrong_row() -> Iterator[Edit]:
    """Yield pairs whose goal is about another row, the same on both sides."""
    for wrong in WRONG:
        right = BY_ID[wrong.twin or ""]
        shared = {c.text for c in wrong.claims} & {c.text for c in right.claims}
        for goal in shared:
            other = re.sub(r"pk=(\d+)", r"pk=1\1", goal)
            kin = [e for e in GUIDE if right.id in (e.id, e.twin)]
            if other != goal:
                yield Edit(
                    {e.id: e.code.replace(goal, other).splitlines() for e in kin}
                )


def unclaimed() -> Iterator[Edit]:
    """Yield ✅ without their claims."""
    for example in RIGHT:
        lines = [line for line in lines_of(example) if not CLAIM.match(line)]
        yield Edit({example.id: lines})


def misspelt_goal() -> Iterator[Edit]:
    """Yield ❌ whose goal is no longer that of the twin."""
    return same_line(WRONG, r"(❌ lost: .*)cancelled", r"\1canceled")


def no_select_related() -> Iterator[Edit]:
    """Yield ✅ without their `select_related`, where an example says it matters."""
    needed = [example for example in RIGHT if "S9" in example.settles]
    return same_line(needed, r"\.select_related\([^)]*\)", "")


def rolled_back() -> Iterator[Edit]:
    """Yield ✅ whose transaction rolls back in its last line."""
    for example in RIGHT:
        lines = lines_of(example)
        for number, line in enumerate(lines):
            if "async" in line or "transaction.atomic" not in line:
                continue
            opens = number + line.lstrip().startswith("@")
            if "async" not in lines[opens]:
                yield Edit({example.id: _with_last_line(lines, opens)})


def _with_last_line(lines: Lines, opens: int) -> Lines:
    """Return lines with a rollback at the end of the block that a line opens."""
    depth = _indent(lines[opens])
    end = opens + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > depth):
        end += 1
    while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("return"):
        end -= 1
    return [
        *lines[:end],
        f"{' ' * (depth + 4)}transaction.set_rollback(True)",
        *lines[end:],
    ]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


BY_RUNNING: dict[str, Callable[[], Iterator[Edit]]] = {
    "a removed await": removed_await,
    "✅ and ❌ swapped": swapped_bodies,
    "a wrong exception name": wrong_exception,
    "a right name with a wrong message": wrong_message,
    "a wrong row": wrong_row,
    "a deleted select_related": no_select_related,
    "a commit turned into a rollback": rolled_back,
}


def sabotaged(folder: Path, edit: Edit) -> Path:
    """Write a copy of the guide with an edit and return its folder."""
    docs = folder / "docs"
    shutil.copytree(ROOT / "docs", docs, ignore=shutil.ignore_patterns("assets"))
    touched = sorted((BY_ID[name] for name in edit.code), key=lambda e: -e.start)
    for example in touched:
        page = folder / example.path
        lines = page.read_text("utf-8").splitlines()
        indent = " " * _indent(lines[example.start - 1])
        code = [f"{indent}{line}".rstrip() for line in edit.code[example.id]]
        lines[example.start : example.end - 1] = code
        page.write_text("\n".join(lines) + "\n", "utf-8")
    return docs


def first(name: str, edits: Iterator[Edit]) -> Edit:
    """Return the first edit that the guide has a place for."""
    found = next(edits, None)
    assert found is not None, f"no example of the guide is fit for: {name}"
    return found


def renamed(examples: Sequence[Example], prefix: str) -> list[Example]:
    """Return examples under names of their own, so that many guides run as one."""
    return [
        replace(
            one,
            id=f"{prefix}-{one.id}",
            twin=one.twin and f"{prefix}-{one.twin}",
        )
        for one in examples
    ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    """Run what each sabotage touches, and the same untouched, in one run."""
    everything: list[Example] = []
    chosen: list[Example] = []
    for number, (name, edits) in enumerate(BY_RUNNING.items()):
        edit = first(name, edits())
        docs = sabotaged(tmp_path_factory.mktemp("sabotage"), edit)
        for prefix, guide in ((f"s{number}", extract(docs)), (f"c{number}", GUIDE)):
            mine = renamed(guide, prefix)
            everything += mine
            chosen += [e for e in mine if e.id.partition("-")[2] in edit.code]
    report = run(chosen, everything, ["sqlite"])
    return {
        prefix: check(
            replace(
                report,
                outcomes=tuple(
                    one
                    for one in report.outcomes
                    if one.example.startswith(f"{prefix}-")
                ),
            ),
            everything,
        )
        for prefix in {e.id.partition("-")[0] for e in chosen}
    }


@pytest.mark.parametrize("name", BY_RUNNING)
def test_a_run_finds_it(found: Mapping[str, Check], name: str) -> None:
    """The verdict is refuted, and names the page and a line of the block."""
    number = list(BY_RUNNING).index(name)
    refuted = found[f"s{number}"].refuted
    assert refuted, f"nothing was found: {name}"
    for verdict in refuted:
        one = verdict.example
        named = re.findall(rf"^  {one.path}:(\d+)", str(verdict), flags=re.M)
        assert named, str(verdict)
        assert all(one.start <= int(line) <= one.end for line in named)
        assert "    seen:    " in str(verdict)
        assert "    next:    " in str(verdict)


@pytest.mark.parametrize("name", BY_RUNNING)
def test_without_it_the_same_examples_hold(
    found: Mapping[str, Check], name: str
) -> None:
    """It is the sabotage that is found: untouched, the same examples hold."""
    checked = found[f"c{list(BY_RUNNING).index(name)}"]
    assert checked.verdicts
    assert not checked.refuted, str(checked.refuted[0])


def test_a_swap_refutes_both_sides(found: Mapping[str, Check]) -> None:
    """Neither side of a swapped pair holds."""
    checked = found[f"s{list(BY_RUNNING).index('✅ and ❌ swapped')}"]
    assert len(checked.verdicts) == len(checked.refuted) == 2


@pytest.mark.parametrize(
    ("name", "edits", "problem"),
    [
        ("an unclaimed block", unclaimed, "makes no claim"),
        ("a misspelt goal", misspelt_goal, "is not one that the twin"),
    ],
)
def test_reading_finds_it(
    name: str, edits: Callable[[], Iterator[Edit]], problem: str, tmp_path: Path
) -> None:
    """The guide is refused before anything runs, with the page and the line."""
    edit = first(name, edits())
    (touched,) = edit.code
    with pytest.raises(MarkdownError) as caught:
        extract(sabotaged(tmp_path, edit))
    error, example = caught.value, BY_ID[touched]
    assert str(error).startswith(f"{example.path}:{error.line}: ")
    assert example.start <= error.line <= example.end
    assert problem in str(error)


def test_a_duplicated_id_is_found(tmp_path: Path) -> None:
    """An id that stands twice is refused at the second place, naming the first."""
    docs = sabotaged(tmp_path, Edit({}))
    one, two = GUIDE[0], GUIDE[-1]
    page = tmp_path / two.path
    text = page.read_text("utf-8")
    page.write_text(text.replace(f"{{#{two.id} ", f"{{#{one.id} "), "utf-8")
    with pytest.raises(MarkdownError) as caught:
        extract(docs)
    assert str(caught.value).startswith(
        f'{two.path}:{two.start}: the id "{one.id}" stands at '
        f"{one.path}:{one.start} too\n"
    )


def test_evidence_edited_by_hand_is_found(
    found: Mapping[str, Check], tmp_path: Path
) -> None:
    """A recorded outcome that was changed is refused, with its file and line."""
    outcomes = found["c0"].report.outcomes
    examples = [v.example for v in found["c0"].verdicts]
    (path,) = save(examples, outcomes, tmp_path)
    assert load(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(text.replace('"returned"', '"raised"', 1), "utf-8")
    with pytest.raises(EvidenceError) as caught:
        load(tmp_path)
    said = rf"{re.escape(str(path))}:\d+: the evidence of \S+ was edited by hand: "
    assert re.match(said, str(caught.value))


def test_evidence_that_is_not_what_is_seen_is_found(
    found: Mapping[str, Check], tmp_path: Path
) -> None:
    """Evidence of another run, with its digest in order, is shown as a difference."""
    checked = found["c0"]
    examples = [v.example for v in checked.verdicts]
    other = [replace(one, printed=("a lie",)) for one in checked.report.outcomes]
    save(examples, other, tmp_path)
    text = "".join(map(str, check(checked.report, examples, load(tmp_path)).unlike))
    assert text.startswith(f"{examples[0]} [sqlite] {examples[0].title}: not as")
    assert re.search(r'^ +- "printed": \["a lie"\],$', text, flags=re.M)
