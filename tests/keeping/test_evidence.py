"""What is recorded is to the byte the same for the same run, and trusted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints

import pytest
from pages import RECORDED
from support import GOAL, TWIN_AND_LOST, written

from proof.claims.versions import DEFAULT, HERE, Edition
from proof.errors import EvidenceError
from proof.example import Example
from proof.keeping.evidence import EVIDENCE, differences, load, save
from proof.keeping.groups import apart, grouped
from proof.keeping.pagefile import ANEW, LEVELS, lined, text_of
from proof.keeping.volatile import still
from proof.outcome import (
    Change,
    Hang,
    Left,
    Outcome,
    Raised,
    Statement,
    Warned,
    to_json,
)
from proof.serialize import facts, made


@pytest.fixture
def examples(tmp_path: Path) -> tuple[Example, ...]:
    """Return two examples, `right` and `wrong`, of one page."""
    return written(tmp_path, *TWIN_AND_LOST)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the evidence goes."""
    return tmp_path / "evidence"


def seen(name: str, lane: str = "sqlite", message: str = "no") -> Outcome:
    """Return an outcome with a part of everything that is recorded."""
    return Outcome(
        name,
        lane,
        "raised",
        Raised("ValueError", message, 3),
        printed=("hé",),
        answers={GOAL: True},
        changes=(Change("trading_order", 7, {"status": "working"}, None),),
        statements=(Statement("main thread", "C1", "open", "UPDATE", "t", 2),),
    )


def test_what_is_saved_is_loaded(examples: tuple[Example, ...], folder: Path) -> None:
    """Evidence comes back as the outcome that it was."""
    save(examples, [seen("right"), seen("wrong")], folder)
    evidence = load(folder)["right"]
    assert evidence.fits(examples[0])
    assert not evidence.fits(examples[1])
    assert evidence.outcomes == {"sqlite": seen("right")}


def test_saving_twice_changes_no_byte(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """The same run, saved again, touches no file."""
    first = save(examples, [seen("right"), seen("wrong")], folder)
    before = (folder / "page.json").read_bytes()
    when = (folder / "page.json").stat().st_mtime_ns
    assert first == [folder / "page.json"]
    assert save(examples, [seen("wrong"), seen("right")], folder) == []
    assert (folder / "page.json").read_bytes() == before
    assert (folder / "page.json").stat().st_mtime_ns == when


@pytest.mark.parametrize(
    ("one", "other", "written_as"),
    [
        ("<A at 0x7f3a2b1c>", "<A at 0x7f3a2bffd0>", "<A at 0x…>"),
        ("socket fd=7 open", "socket fd=12 open", "socket fd=… open"),
        ("('127.0.0.1', 41234)", "('127.0.0.1', 5999)", "('127.0.0.1', …)"),
        ("http://127.0.0.1:41234/x", "http://127.0.0.1:9999/x", "http://127.0.0.1:…/x"),
        (
            'database "proof_0a1b2c3d_123_4"',
            'database "proof_ffffffff_9_77"',
            'database "guide"',
        ),
        (
            "/tmp/proof-ab_c1/12_3.sqlite3",
            "/var/tmp/proof-zz/99_1.sqlite3",
            "guide",
        ),
        (
            'File "/tmp/proof-abc/12_3/project/scripts/a.py"',
            'File "/x/proof-def/99_1/project/scripts/a.py"',
            'File "scripts/a.py"',
        ),
        ("<Task name='Task-4'>", "<Task name='Task-17'>", "<Task name='Task-…'>"),
        ("ThreadPoolExecutor-0_0", "ThreadPoolExecutor-3_1", "ThreadPoolExecutor-…"),
        (
            "/usr/lib/python3.11/asyncio/x.py",
            "/a/.venv/lib/python3.13/asyncio/x.py",
            "asyncio/x.py",
        ),
        (
            "cb=[done() at /a/lib/python3.12/asyncio/x.py:181]",
            "cb=[done() at /b/lib/python3.13/asyncio/x.py:182]",
            "cb=[done() at asyncio/x.py:…]",
        ),
        ("Process 12 waits", "Process 345 waits", "Process … waits"),
        (
            "was created in thread id 14012 and this is thread id 99.",
            "was created in thread id 7 and this is thread id 8.",
            "was created in thread id … and this is thread id ….",
        ),
        (
            "ShareLock on transaction 751",
            "ShareLock on transaction 90210",
            "ShareLock on transaction …",
        ),
        (
            "tuple (0,7) of relation 16512 of database 16384",
            "tuple (0,7) of relation 99 of database 98",
            "tuple (0,7) of relation … of database …",
        ),
        (
            "Executing <Task pending> took 1.644 seconds",
            "Executing <Task pending> took 12.003 seconds",
            "Executing <Task pending> took … seconds",
        ),
        ("a\udcff", "a\\udcff", "a\\udcff"),
    ],
)
def test_what_changes_from_run_to_run_is_held_still(
    one: str, other: str, written_as: str
) -> None:
    """Addresses, ports, ids and the run's own names are the same in each run."""
    assert still(one) == still(other) == written_as
    assert differences(seen("a", message=one), seen("a", message=other)) == []


def test_a_difference_is_shown_as_a_diff() -> None:
    """A run that is not as recorded shows both lines."""
    lines = differences(seen("a"), seen("a", message="yes"))
    raised = ' "raised": {"line": 3, "message": "%s", "type": "ValueError"},'
    assert "-" + raised % "no" in lines
    assert "+" + raised % "yes" in lines


def test_half_a_character_can_be_recorded(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """A message that is no text, such as a file's name can be, is recorded as well."""
    save(examples, [seen("right", message="a\udcff")], folder)
    raised = load(folder)["right"].outcomes["sqlite"].raised
    assert raised is not None
    assert raised.message == "a\\udcff"


@pytest.mark.parametrize(
    ("old", "new"),
    [('"no"', '"yes"'), ('"hé"', '"he"'), ("true", "false")],
)
def test_an_edit_by_hand_is_refused(
    examples: tuple[Example, ...], folder: Path, old: str, new: str
) -> None:
    """Evidence whose content does not fit its digest is refused, and named."""
    save(examples, [seen("right")], folder)
    path = folder / "page.json"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(EvidenceError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{path}:3: the evidence of right was edited by hand: "
        f"its content does not fit its digest\n    {ANEW} ARGS=page"
    )


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('{"examples": {},\n "page": }', 2, "Expecting value: line 2 column 10"),
        ("[]", 1, "TypeError: list indices must be integers or slices, not str"),
        ('{"page": "page"}', 1, "KeyError: 'examples'"),
        ('{"page": "page", "examples": []}', 1, "AttributeError: "),
        ('{"page": "page", "examples": {"a": {}}}', 1, "KeyError: 'digest'"),
        (
            '{"page": "page", "page": "page"}',
            1,
            'ValueError: "page" stands there twice',
        ),
    ],
)
def test_a_damaged_file_is_refused(
    folder: Path, text: str, line: int, why: str
) -> None:
    """A file that is no evidence is refused with its name, its line and what to do."""
    folder.mkdir()
    (folder / "page.json").write_text(text, "utf-8")
    with pytest.raises(EvidenceError) as caught:
        load(folder)
    said = f"{folder}/page.json:{line}: this is not recorded evidence ({why}"
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith(f")\n    {ANEW}")


def test_a_lane_that_did_not_run_keeps_its_evidence(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """A run in one lane leaves what was recorded in the other."""
    save(examples, [seen("right"), seen("right", "postgresql")], folder)
    save(examples, [seen("right", message="new")], folder)
    lanes = load(folder)["right"].outcomes
    assert lanes["postgresql"] == seen("right", "postgresql")
    assert lanes["sqlite"] == seen("right", message="new")


def test_a_changed_source_keeps_nothing(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """What was recorded from another source is not kept for a lane that did not run."""
    save(examples, [seen("right"), seen("right", "postgresql")], folder)
    changed = (replace(examples[0], code="# new"), examples[1])
    save(changed, [seen("right")], folder)
    assert set(load(folder)["right"].outcomes) == {"sqlite"}


def test_a_lane_that_an_example_no_longer_has_is_forgotten(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """A header that names other callers leaves nothing of the lanes before."""
    save(examples, [seen("right")], folder)
    changed = (replace(examples[0], under=("code", "view")), examples[1])
    save(changed, [seen("right", "sqlite/code")], folder)
    assert set(load(folder)["right"].outcomes) == {"sqlite/code"}


def test_without_keeping_only_this_run_remains(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """A run may replace everything that was recorded."""
    save(examples, [seen("right", "postgresql")], folder)
    save(examples, [seen("right")], folder, keep=False)
    assert set(load(folder)["right"].outcomes) == {"sqlite"}


def test_what_is_gone_leaves_no_evidence(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """An example or a page that is no longer there loses its evidence."""
    save(examples, [seen("right"), seen("wrong")], folder)
    assert save(examples[:1], [seen("right")], folder) == [folder / "page.json"]
    assert set(load(folder)) == {"right"}
    assert save((), (), folder) == [folder / "page.json"]
    assert load(folder) == {}


def test_a_file_is_written_whole_or_not_at_all(
    examples: tuple[Example, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is ended while it records leaves the old evidence as it was."""
    save(examples, [seen("right")], folder)
    before = (folder / "page.json").read_bytes()

    def power_failure(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", power_failure)
    with pytest.raises(KeyboardInterrupt):
        save(examples, [seen("right", message="new")], folder)
    assert (folder / "page.json").read_bytes() == before
    assert load(folder)["right"].outcomes["sqlite"] == seen("right")


def test_files_are_sorted_and_end_with_a_line(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """Keys are sorted and text is readable, so that a diff means something."""
    save(examples, [seen("wrong"), seen("right")], folder)
    text = (folder / "page.json").read_text("utf-8")
    data = json.loads(text)
    assert text == f"{lined(data, LEVELS)}\n"
    assert json.dumps(data) == json.dumps(data, sort_keys=True)
    assert "hé" in text


def test_a_statement_is_a_line_and_a_row_is_one(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """Each statement and each row stands on a line of its own, however short."""
    save(examples, [seen("right")], folder)
    lines = (folder / "page.json").read_text("utf-8").splitlines()
    assert '["main thread", "C1", "open", "UPDATE", "t", 2]' in lines
    assert '["trading_order", 7, {"status": "working"}, null]' in lines


def test_what_is_usual_is_left_out(examples: tuple[Example, ...], folder: Path) -> None:
    """A field's default is not written, but where it tells two lanes apart."""
    usual = Outcome("right", "sqlite", "returned")
    save(examples, [usual], folder)
    assert [set(one) for one in groups(folder)] == [{"end", "lanes"}]
    other = replace(seen("right"), lane="postgresql", end="returned")
    save(examples, [replace(usual, in_flight=2), other], folder)
    first, second = groups(folder)
    assert "in_flight" not in first and second["in_flight"] == 2
    assert second["raised"] is None
    assert load(folder)["right"].outcomes["sqlite"] == replace(usual, in_flight=2)


def groups(folder: Path) -> list[dict[str, Any]]:
    """Return what is written of the example `right`."""
    data = json.loads((folder / "page.json").read_text("utf-8"))
    found: list[dict[str, Any]] = data["examples"]["right"]["seen"]
    return found


def test_lanes_that_saw_the_same_stand_together(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """What two lanes share is written once; of a third, only what is not the same."""
    same = (seen("right"), seen("right", "postgresql"))
    save(examples, [*same, seen("right", "redis", message="other")], folder)
    first, other = groups(folder)
    assert first["lanes"] == {str(HERE): ["postgresql", "sqlite"]}
    assert set(other) == {"lanes", "raised"}


def anything(hint: Any, number: int = 1) -> Any:
    """Return a value of a type that is no field's default, made up from its hint."""
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        made = {one.name: anything(hints[one.name], number) for one in fields(hint)}
        return cast(type, hint)(**made)
    plain = {str: f"é{number}", int: number + 6, bool: True}
    if hint in plain:
        return plain[hint]
    inner = get_args(hint)
    if get_origin(hint) is tuple:
        return (anything(inner[0], 1), anything(inner[0], 2))
    if get_origin(hint) is Mapping:
        return {"a": anything(inner[1], 1), "b": anything(inner[1], 2)}
    return anything(inner[0], number) if inner else None


SENT = tuple(Statement("a", "C1", "open", "SELECT", "t", line) for line in range(9))
MADE_UP = (
    anything(Outcome),
    Outcome("right", "sqlite", "returned"),
    Outcome(
        "right", "sqlite", "hung", hang=Hang("lock wait", 0, ""), printed=("", "b")
    ),
    Outcome("right", "sqlite", "raised", Raised("A", "", 0), left=Left(thread=2)),
    Outcome("right", "sqlite", "returned", warnings=(Warned("", "", 0),), stalls=(3,)),
    Outcome("right", "sqlite", "returned", answers={"a": "E: b", "c": False}),
    Outcome("right", "sqlite", "returned", changes=(Change("t", "a", None, {}),)),
    Outcome(
        "right",
        "sqlite",
        "returned",
        changes=(Change("t", 1, {"a": None, "b": [1, {"c": 2.5}]}, None),),
        statements=(
            Statement("", "", "", "", "", 0),
            Statement("a", "C1", "open", "COMMIT", "", 4, failed=True),
        ),
    ),
    Outcome("right", "sqlite", "returned", statements=SENT),
    Outcome("right", "sqlite", "returned", statements=(*SENT[:5], *SENT[4:], *SENT)),
)


def test_every_field_is_set_in_what_is_made_up() -> None:
    """The first made-up outcome, and each part of it, has nothing that is usual."""
    assert set(to_json(MADE_UP[0])) == {one.name for one in fields(Outcome)}
    assert {"failed": True} in to_json(MADE_UP[0])["statements"][0]


@pytest.mark.parametrize("one", MADE_UP)
@pytest.mark.parametrize("other", MADE_UP)
def test_all_that_can_be_seen_comes_back(
    one: Outcome, other: Outcome, examples: tuple[Example, ...], folder: Path
) -> None:
    """Whatever two lanes saw, alike or not, is read as it was."""
    one = replace(one, example="right", lane="sqlite")
    other = replace(other, example="right", lane="postgresql")
    save(examples, [one, other], folder)
    assert load(folder)["right"].outcomes == {"sqlite": one, "postgresql": other}


def test_statements_of_the_first_group_are_not_told_again() -> None:
    """A long run of them is one row; a short one, and what is new, is told."""
    new = Statement("b", "C2", "open", "UPDATE", "t", 3)
    other = Outcome("right", "sqlite", "returned", statements=(new, *SENT[:6], new))
    first = replace(other, lane="postgresql", statements=SENT)
    seen = {one.lane: one for one in (first, other)}
    told = grouped({DEFAULT: seen})[1]["statements"]
    (row,) = facts((new,))
    assert told == [row, ["as first", 1, 6], row]


def test_a_loop_is_told_once() -> None:
    """What is sent round by round is there as its first round, and their number."""
    rows = [*SENT[:2], *SENT[3:6] * 4, SENT[0]]
    one = Outcome("right", "sqlite", "returned", statements=tuple(rows))
    (group,) = grouped({DEFAULT: {"sqlite": one}})
    told = facts((*SENT[:2], *SENT[3:6], SENT[0]))
    assert group["statements"] == [*told[:5], ["again", 3, 3], told[5]]
    assert apart("right", [group]) == {DEFAULT: {"sqlite": one}}


def test_editions_that_saw_the_same_stand_in_one_line() -> None:
    """Their names stand together where they saw it in the same lanes."""
    old = Edition("3.11", "5.2")
    one = Outcome("right", "sqlite", "returned")
    seen = {DEFAULT: {"sqlite": one}, old: {"sqlite": one}}
    (group,) = grouped(seen)
    assert group["lanes"] == {f"{DEFAULT}; {old}": ["sqlite"]}
    assert apart("right", [group]) == seen


def test_all_that_is_recorded_comes_back(tmp_path: Path) -> None:
    """Written anew, the evidence of the guide is what it was, to the byte."""
    for page in {one.page for one in RECORDED.values()}:
        mine = [name for name, one in RECORDED.items() if one.page == page]
        data = {
            name: {
                "source": RECORDED[name].source,
                "seen": grouped(RECORDED[name].seen),
            }
            for name in mine
        }
        before = (EVIDENCE / f"{page}.json").read_text("utf-8")
        assert text_of(page, data) == before
        assert all(
            apart(name, data[name]["seen"]) == RECORDED[name].seen for name in mine
        )
    assert sum(len(one.outcomes) for one in RECORDED.values()) > len(RECORDED) > 0


def test_a_field_that_is_new_needs_nothing_else() -> None:
    """What was recorded before a field with a default was there is read as usual."""

    @dataclass(frozen=True)
    class Row:
        table: str
        new: tuple[int, ...] = ()

    @dataclass(frozen=True)
    class Later:
        rows: tuple[Row, ...]
        heard: tuple[Row, ...] = ()

    assert made(Later, {"rows": [["t"]]}) == Later((Row("t"),))
    later = Later((Row("t"), Row("t", (1,))), (Row("u"),))
    assert facts(later) == {"rows": [["t"], ["t", {"new": [1]}]], "heard": [["u"]]}
    assert made(Later, facts(later)) == later


@pytest.mark.parametrize("number", [2, 5])
def test_a_row_of_another_form_is_refused(number: int) -> None:
    """A row with too few values or too many is told of with what belongs there."""
    data = {"example": "a", "lane": "b", "end": "c", "changes": [["t", 1, {}, {}, {}]]}
    data["changes"] = [["t", 1, {}, {}, {}, {}][:number]]
    with pytest.raises(TypeError, match=r"table, pk, before, after|missing 2 required"):
        made(Outcome, data)


def test_a_renamed_file_is_refused(examples: tuple[Example, ...], folder: Path) -> None:
    """A file that is not its page's is named, with the name that it must have."""
    save(examples, [seen("right")], folder)
    other = (folder / "page.json").rename(folder / "other.json")
    with pytest.raises(EvidenceError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{other}:1: this is the evidence of a page whose file is {folder}/page.json\n"
        "    Give it that name again; or delete it and record the page: make record"
    )


@pytest.mark.parametrize("name", ["page copy.json", "deeper/page.json"])
def test_a_doubled_file_is_refused(
    examples: tuple[Example, ...], folder: Path, name: str
) -> None:
    """A copy of a file is named, and is to be deleted."""
    save(examples, [seen("right")], folder)
    copy = folder / name
    copy.parent.mkdir(exist_ok=True)
    copy.write_text((folder / "page.json").read_text("utf-8"), "utf-8")
    with pytest.raises(EvidenceError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{copy}:1: this is the evidence of a page whose file is {folder}/page.json\n"
        f"    Delete {copy}, which is a copy"
    )


def test_a_page_that_a_file_says_of_itself_is_sealed(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """A renamed file whose page was changed by hand as well is an edit by hand."""
    save(examples, [seen("right")], folder)
    text = (folder / "page.json").read_text("utf-8")
    (folder / "page.json").unlink()
    (folder / "other.json").write_text(
        text.replace('"page": "page"', '"page": "other"'), "utf-8"
    )
    with pytest.raises(EvidenceError, match="evidence of right was edited by hand"):
        load(folder)


def test_an_example_in_two_files_is_refused(tmp_path: Path, folder: Path) -> None:
    """Evidence that a merge left on two pages is named with both files and lines."""
    right, wrong = written(tmp_path, *TWIN_AND_LOST)
    save((right, wrong), [seen("right")], folder)
    first = (folder / "page.json").read_text("utf-8")
    moved = replace(right, path=Path("docs/other.md"))
    save((moved, wrong), [seen("right")], folder)
    (folder / "page.json").write_text(first, "utf-8")
    with pytest.raises(EvidenceError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/page.json:3: the evidence of right stands in two files, "
        f"here and at {folder}/other.json:3\n"
        "    Delete it from that of the page on which right no longer stands"
    )


def test_an_edit_of_a_later_example_is_named(
    examples: tuple[Example, ...], folder: Path
) -> None:
    """Of several examples the one that was edited is named with its own line."""
    save(examples, [seen("right"), seen("wrong")], folder)
    path = folder / "page.json"
    before, edited, after = path.read_text("utf-8").rpartition('"no"')
    assert edited
    path.write_text(f'{before}"yes"{after}', "utf-8")
    line = before[: before.index('"wrong": {')].count("\n") + 1
    with pytest.raises(EvidenceError, match=f":{line}: the evidence of wrong was"):
        load(folder)


def test_evidence_is_small_enough_to_be_read():
    """All of it has at most 1.2 MB and 25,000 lines."""
    texts = [path.read_bytes() for path in EVIDENCE.glob("**/*.json")]
    assert sum(map(len, texts)) <= 1_200_000
    assert sum(text.count(b"\n") for text in texts) <= 25_000
