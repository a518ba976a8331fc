"""A picture says what its evidence says: each symptom has its shape, and no other."""

import re
from dataclasses import replace
from itertools import combinations

import pytest
from pages import BY_ID, EXAMPLES, RECORDED

from proof.claims.versions import DEFAULT
from proof.outcome import Change, Hang, Left, Outcome, Raised, Statement
from proof.showing.picture.draw import ROWS, SLOTS, picture_of
from proof.showing.picture.fold import kept
from proof.showing.picture.labels import about, left_out
from proof.showing.picture.shapes import (
    Arrow,
    Bar,
    Cross,
    Leak,
    Mark,
    Picture,
    Row,
    Stall,
)
from proof.showing.picture.svg import svg
from proof.showing.picture.text import text
from proof.showing.picture.words import words

MAIN, OTHER = ("main thread", "C1"), ("sync_to_async thread", "C2")
each_page = pytest.mark.parametrize("page", sorted({e.page for e in EXAMPLES}))


def sent(*statements: str, **others: object) -> Outcome:
    """Return the outcome of a run: `1 UPDATE order 7`, over C1; `2`, over C2."""
    return Outcome("one", "sqlite", "returned", statements=_all(statements), **others)


def _all(lines: tuple[str, ...]) -> tuple[Statement, ...]:
    made = []
    for one in lines:
        where, kind, table, line, *failed = [*one.split(), "", "0"][:5]
        thread, connection = MAIN if where == "1" else OTHER
        line = line if line.isdigit() else "0"
        made.append(
            Statement(thread, connection, "autocommit", kind, table, int(line))
            if "failed" not in one
            else Statement(thread, connection, "autocommit", kind, table, 1, True)
        )
        del failed
    return tuple(made)


def seen_on(page: str) -> list[Outcome]:
    """Return what was seen of the examples of a page, in every lane."""
    found = [one for one in RECORDED.values() if one.page == page]
    assert found
    return [outcome for one in found for outcome in one.outcomes.values()]


def fates(picture: Picture) -> list[str]:
    """Return what became of each mark."""
    return [one.fate for one in picture.marks]


def drawn(picture: Picture) -> str:
    """Return the picture as SVG, under any example."""
    return str(svg("#L-one-", picture, hatch=True))


ROLLED_BACK = ("1 BEGIN", "1 UPDATE order 4", "1 ROLLBACK")
ESCAPED = ("1 BEGIN", "2 UPDATE order 4", "1 ROLLBACK")


def test_a_committed_transaction_is_a_bar() -> None:
    """From BEGIN to COMMIT, with the write that stays."""
    picture = picture_of(sent("1 BEGIN", "1 INSERT order 4", "1 COMMIT"))
    assert picture.bars == (Bar(0, 0, 2, "COMMIT"),)
    assert not picture.bars[0].rolled_back
    assert fates(picture) == ["", "kept", ""]


def test_a_write_that_rolls_back_is_undone() -> None:
    """It stands in a bar that rolled back, and is drawn as such."""
    picture = picture_of(sent(*ROLLED_BACK))
    assert picture.bars == (Bar(0, 0, 2, "ROLLBACK"),)
    assert fates(picture) == ["", "undone", ""]
    assert 'class="bar back"' in drawn(picture)
    assert "which is undone" in words(picture)


def test_an_escaped_write_stands_outside_the_bar() -> None:
    """It is in a row of its own, over another connection, and stays."""
    changed = (Change("order", 7, {"a": 1}, {"a": 2}),)
    picture = picture_of(sent(*ESCAPED, changes=changed))
    assert fates(picture) == ["", "escaped", ""]
    bar, mark = picture.bars[0], picture.marks[1]
    assert bar.rolled_back and mark.row != bar.row
    assert bar.first < mark.at < bar.last
    assert 'class="write escaped"' in drawn(picture)
    assert "which stays" in words(picture)


def test_beside_a_transaction_that_commits_nothing_escapes() -> None:
    """The same write beside a COMMIT, or before the BEGIN, is a write as any other."""
    changed = (Change("order", 7, {"a": 1}, {"a": 2}),)
    commits = (*ESCAPED[:-1], "1 COMMIT")
    for statements in (commits, (ESCAPED[1], ESCAPED[0], ESCAPED[2])):
        picture = picture_of(sent(*statements, changes=changed))
        assert "escaped" not in fates(picture)


def test_the_bridge_is_an_arrow() -> None:
    """Where the work goes on in another thread, and back."""
    assert picture_of(sent(*ESCAPED)).arrows == (Arrow(1, 0, 1), Arrow(2, 1, 0))
    assert picture_of(sent(*ROLLED_BACK)).arrows == ()


def test_a_savepoint_lies_within_its_transaction() -> None:
    """What it rolled back to is undone, and what comes after it is not."""
    statements = ("1 BEGIN", "1 SAVEPOINT", "1 INSERT a 2")
    back = Statement(*MAIN, "open", "ROLLBACK TO SAVEPOINT", "", 2)
    after = _all(("1 RELEASE", "1 INSERT b 3", "1 COMMIT"))
    outcome = sent(*statements)
    outcome = replace(outcome, statements=(*outcome.statements, back, *after))
    picture = picture_of(outcome)
    assert picture.bars == (
        Bar(0, 0, 6, "COMMIT"),
        Bar(0, 1, 4, "ROLLBACK TO SAVEPOINT", 1),
    )
    assert fates(picture) == ["", "", "undone", "", "", "kept", ""]


def test_a_lock_wait_is_a_chain_between_two_rows() -> None:
    """From the row that waits to the one whose transaction is open."""
    hang = Hang("lock wait", 9, "main thread: waits for events")
    outcome = sent("1 BEGIN", "1 UPDATE order 4", "2 UPDATE order 9", hang=hang)
    picture = picture_of(replace(outcome, end="hung"))
    assert picture.wait is not None
    assert (picture.wait.row, picture.wait.holder) == (1, 0)
    assert fates(picture) == ["", "open", "waits"]
    assert picture.bars[0].last == picture.slots - 1 > picture.wait.at
    assert 'class="chain"' in drawn(picture)
    assert "sync_to_async C2 waits for main C1" in words(picture)


def test_another_hang_has_no_chain() -> None:
    """It is hatched to the edge, with its reason."""
    hang = Hang("sleeping loop", 4, "main thread: waits for events")
    picture = picture_of(replace(sent("1 UPDATE order 4", hang=hang), end="hung"))
    assert picture.wait is not None and picture.wait.holder is None
    assert picture.wait.at == 1 and picture.slots > 2
    shown = drawn(picture)
    assert 'class="chain"' not in shown and "hangs: sleeping loop" in shown


def test_a_leak_runs_off_the_edge() -> None:
    """In the row of the connection, if it can only be that one."""
    picture = picture_of(sent(*ESCAPED, left=Left(connection=1)))
    assert picture.leaks == (Leak(2, 1, "1 connection"),)
    assert picture.slots == 3
    assert 'class="leak"' in drawn(picture)


def test_a_leak_of_nobody_known_has_a_row_of_its_own() -> None:
    """Neither of two connections is named when one of them is open."""
    statements = ("1 UPDATE a 1", "2 UPDATE a 1")
    picture = picture_of(sent(*statements, left=Left(connection=3, loop=1)))
    assert picture.rows[-1].role == "left open"
    assert picture.leaks == (Leak(0, 2, "3 connections, 1 loop"),)
    assert picture_of(sent(*statements)).leaks == ()


def test_a_lost_update_hits_nothing() -> None:
    """An UPDATE that stays while no row of its table differs says so."""
    assert fates(picture_of(sent("1 UPDATE order 4"))) == ["missed"]
    changed = (Change("order", 7, {"a": 1}, {"a": 2}),)
    assert fates(picture_of(sent("1 UPDATE order 4", changes=changed))) == ["kept"]
    # What was made and removed again has been hit, though no row differs.
    made = sent("1 INSERT order 4", "1 UPDATE order 5", "1 DELETE order 6")
    assert "missed" not in fates(picture_of(made))


def test_a_stall_is_a_gap_in_the_row_of_the_loop() -> None:
    """With the line at which it stood still."""
    picture = picture_of(sent("2 INSERT trade 9", stalls=(7,)))
    assert picture.stalls == (Stall(1, 7),)
    assert picture.rows[1].role == "event loop"
    assert "stood still" in drawn(picture)
    assert picture_of(sent("2 INSERT trade 9")).stalls == ()


def test_an_exception_is_a_cross() -> None:
    """Behind all that was seen, in the row of its line, with its name."""
    raised = Raised("django.db.utils.IntegrityError", "NOT NULL", 4)
    picture = picture_of(sent(*ROLLED_BACK, raised=raised))
    assert picture.cross == Cross(3, 0, "IntegrityError", 4)
    assert picture.slots == 5
    assert picture_of(sent(*ROLLED_BACK)).cross is None


def test_an_exception_of_no_known_thread_has_a_row_of_its_own() -> None:
    """A line that two threads ran says nothing of which one failed."""
    raised = Raised("ValueError", "no", 5)
    statements = ("1 UPDATE a 5", "2 UPDATE a 5")
    picture = picture_of(sent(*statements, raised=raised))
    assert picture.cross is not None
    assert picture.rows[picture.cross.row].role == "the block"


def test_a_statement_that_fails_has_a_cross() -> None:
    """It is neither kept nor undone."""
    picture = picture_of(sent("1 BEGIN", "1 UPDATE order failed", "1 ROLLBACK"))
    assert fates(picture) == ["", "failed", ""]
    assert drawn(picture).count('<path d="M-5') == 1


def test_a_statement_that_fails_and_writes_all_the_same_is_filled() -> None:
    """Its call raised, and its row changed, which no other statement can have done."""
    changed = (Change("order", 7, {"status": "new"}, {"status": "old"}),)
    alone = sent("1 UPDATE order failed", changes=changed)
    assert fates(picture_of(alone)) == ["landed"]
    assert "fails, and its write stays" in words(picture_of(alone))
    again = sent("1 UPDATE order failed", "1 UPDATE order", changes=changed)
    assert fates(picture_of(again)) == ["failed", "kept"]
    assert fates(picture_of(sent("1 UPDATE order failed"))) == ["failed"]


@pytest.mark.parametrize(
    ("thread", "said"),
    [
        ("server, request's thread", "request"),
        ("worker, own thread", "own thread"),
        ("sync_to_async thread", "sync_to_async"),
        ("", "the block"),
    ],
)
def test_a_thread_has_a_word_of_its_own(thread: str, said: str) -> None:
    """What stands before a row can be read without the rest of the name."""
    assert Row(thread, "C1").role == said


def test_no_statement_is_said() -> None:
    """A block that sent none has a row, and the word."""
    picture = picture_of(sent())
    assert (len(picture.rows), picture.marks) == (1, ())
    assert "no statement" in drawn(picture)
    assert "No statement reached the database." in words(picture)


def test_what_is_alike_is_one_mark() -> None:
    """With how often; a shorter name is written out, a longer one is cut."""
    picture = picture_of(sent(*["1 SELECT trading_order 3"] * 4))
    assert [about(one) for one in picture.marks] == ["order ×4"]
    long = Mark(0, 0, "SELECT", "integrations_pullrequestfile", 1, times=12)
    assert about(long) == "pullre… ×12"


def test_a_long_run_is_folded_in_the_middle() -> None:
    """What was left out is counted, by its kind."""
    lines = [f"1 SELECT order {number}" for number in range(1, 24)]
    picture = picture_of(sent(*lines))
    assert picture.slots == SLOTS
    (fold,) = picture.folds
    assert fold.count == 23 - len(picture.marks) == 15
    assert left_out(fold) == ("… 15 more", "SELECT")
    assert "15 more (15 SELECT)" in words(picture)
    assert picture.marks[0].line == 1 and picture.marks[-1].line == 23


def test_what_a_picture_is_about_is_not_folded() -> None:
    """A write that escaped in the middle of a long run is drawn."""
    around = [f"1 SELECT order {number}" for number in range(1, 12)]
    statements = ("1 BEGIN", *around, "2 INSERT audit 40", *around, "1 ROLLBACK")
    changed = (Change("audit", 1, None, {"a": 2}),)
    picture = picture_of(sent(*statements, changes=changed))
    assert "escaped" in fates(picture) and len(picture.folds) == 2


def test_marks_that_fit_are_all_kept() -> None:
    """A run of as many as there is room for is not folded."""
    marks = [Mark(0, 0, "SELECT", "order", line) for line in range(SLOTS)]
    assert kept(marks, SLOTS, 1) == [*range(SLOTS)]
    assert len(kept([*marks, marks[0]], SLOTS, 1)) == SLOTS - 1


def test_marks_lead_to_their_lines() -> None:
    """Each mark that belongs to a line is a link to it; others are none."""
    shown = drawn(picture_of(sent("1 BEGIN", "1 UPDATE order 4", "1 COMMIT")))
    assert re.findall(r'href="#([^"]+)"', shown) == ["L-one-4"]


def test_one_process_alone_is_not_named() -> None:
    """A worker's picture is that of a command; of two, each is named."""
    worker = [
        replace(one, thread=f"worker, {one.thread}")
        for one in sent(*ROLLED_BACK).statements
    ]
    alone = replace(sent(), statements=tuple(worker))
    assert picture_of(alone) == picture_of(sent(*ROLLED_BACK))
    web = replace(worker[0], thread="web process, main thread", connection="C2")
    both = picture_of(replace(alone, statements=(web, *worker)))
    assert [one.over for one in both.rows] == ["C2 · web process", "C1 · worker"]


def test_databases_that_check_in_their_own_way_share_a_picture() -> None:
    """SQLite's PRAGMA and PostgreSQL's two SETs are the same check by Django."""
    sqlite = picture_of(sent("1 BEGIN", "1 PRAGMA", "1 ROLLBACK"))
    postgresql = picture_of(sent("1 BEGIN", "1 SET", "1 SET", "1 ROLLBACK"))
    assert sqlite == postgresql
    assert [one.sent for one in postgresql.marks] == [1, 2, 1]


def test_as_text() -> None:
    """In a terminal, a line for each row, and the words of what is no statement."""
    shown = text(picture_of(sent(*ESCAPED, left=Left(connection=1))))
    main, other, *rest = shown.splitlines()
    assert re.fullmatch(r"main C1 +\[BEGIN +ROLLBACK\]", main)
    assert re.fullmatch(r"sync_to_async C2 +UPDATE order: stays", other)
    assert rest == ["sync_to_async C2 stays open."]


@each_page
def test_no_picture_contradicts_its_evidence(page: str) -> None:
    """Every statement is a mark or counted; a bar rolled back where it was seen to."""
    for outcome in seen_on(page):
        picture = picture_of(outcome)
        told = sum(one.sent for one in (*picture.marks, *picture.folds))
        assert told == len(outcome.statements)
        kinds = [one.kind for one in outcome.statements]
        if any(one.ends == "ROLLBACK" for one in picture.bars):
            assert "ROLLBACK" in kinds
        if "ROLLBACK" in [one.kind for one in picture.marks]:
            assert bars_end_at_their_marks(picture)
        escaped = {one.table for one in picture.marks if one.fate == "escaped"}
        assert escaped <= outcome.escaped()
        undone = {one.table for one in picture.marks if one.fate == "undone"}
        assert undone <= outcome.rolled_back()
        assert (picture.cross is not None) == (outcome.raised is not None)
        assert (picture.wait is not None) == (outcome.hang is not None)
        assert bool(picture.leaks) == bool(outcome.left)
        assert {one.line for one in picture.stalls} == set(outcome.stalls)
        assert picture.slots <= SLOTS and len(picture.rows) <= ROWS


@each_page
def test_what_is_claimed_is_drawn(page: str) -> None:
    """The shape of each symptom that a ❌ claims is in its picture, in each lane."""
    for outcome in seen_on(page):
        example, picture = BY_ID[outcome.example], picture_of(outcome)
        kinds = {one.kind for one in example.claims_for(outcome.lane, DEFAULT)}
        if "escaped" in kinds:
            assert "escaped" in fates(picture)
        if "hangs" in kinds and outcome.hang and outcome.hang.reason == "lock wait":
            assert picture.wait is not None and picture.wait.holder is not None
        if "leaks" in kinds:
            assert picture.leaks
        if "blocks" in kinds:
            assert picture.stalls
        if "raises" in kinds:
            assert picture.cross or outcome.printed or outcome.hang


def bars_end_at_their_marks(picture: Picture) -> bool:
    """Whether each ROLLBACK that is drawn ends a bar that rolled back, if any bar."""
    ends = {(one.row, one.last): one for one in picture.bars if not one.depth}
    at = {(o.row, o.at) for o in picture.marks if o.kind == "ROLLBACK"}
    return all(ends[place].rolled_back for place in at & ends.keys())


@each_page
def test_no_two_things_stand_in_one_place(page: str) -> None:
    """In a slot of a row there is one mark, one fold, or the cross."""
    for outcome in seen_on(page):
        picture = picture_of(outcome)
        parts = [*picture.marks, *picture.folds, picture.cross]
        places = [(one.at, one.row) for one in parts if one is not None]
        assert len(places) == len(set(places))
        assert all(0 <= at < picture.slots for at, _ in places)
        assert all(0 <= row < len(picture.rows) for _, row in places)


@each_page
def test_no_two_transactions_lie_in_one_place(page: str) -> None:
    """In a row, one begins behind the end of the other, also where a fold has both."""
    for outcome in seen_on(page):
        bars = picture_of(outcome).bars
        for one, other in combinations(bars, 2):
            if (one.row, one.depth) == (other.row, other.depth):
                assert one.last < other.first or other.last < one.first, outcome.example
