"""What is recorded is to the byte the same for the same run, and trusted."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support import GOAL, TWIN_AND_LOST, written

from proof.errors import EvidenceError
from proof.evidence import ANEW, differences, load, save, still
from proof.example import Example
from proof.outcome import Change, Outcome, Raised, Statement


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
    assert '-  "message": "no",' in lines
    assert '+  "message": "yes",' in lines


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
        f"{path}:1: edited by hand: its content does not fit its digest\n    {ANEW}"
    )


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('{"examples": {},\n "digest": }', 2, "Expecting value: line 2 column 12"),
        ("[]", 1, "TypeError: list indices must be integers or slices, not str"),
        ('{"digest": ""}', 1, "KeyError: 'examples'"),
        ('{"digest": "", "examples": {"a": {}}}', 1, "KeyError: 'lanes'"),
        ('{"digest": "", "examples": {"a": {"lanes": []}}}', 1, "AttributeError: "),
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
    assert text == json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert "hé" in text
