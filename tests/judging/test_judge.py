"""Verdicts on outcomes made by hand: what holds, what is refuted, and what is said."""

from dataclasses import replace
from pathlib import Path

import pytest

from proof.claims.read import read_claims, read_printed
from proof.claims.wording import same_text
from proof.example import Example
from proof.examples import kin_of
from proof.judging.judge import judge
from proof.outcome import Change, Hang, Left, Outcome, Raised, Statement, Warned

BAD = """\
def act():
    first()
    second()  # ❌ raises ValueError: no such thing…


# ❌ lost: GOAL
"""
GOOD = """\
def act():
    first()


# ✅ committed: GOAL
"""
RAISED = Outcome(
    "an-id",
    "sqlite",
    "raised",
    Raised("ValueError", "no such thing as this", 3),
    answers={"GOAL": False},
)
RETURNED = Outcome("an-id", "sqlite", "returned", answers={"GOAL": True})
ASKED = Statement("main thread", "C1", "autocommit", "SELECT", "app_goal", 1)


def example(code: str, name: str = "an-id", twin: str | None = None) -> Example:
    """Return an example at line 10 of a page."""
    return Example(
        name,
        "A title",
        "service",
        Path("docs/page.md"),
        10,
        20,
        code,
        read_claims(code),
        read_printed(code),
        twin,
    )


def text(code: str, outcome: Outcome) -> str:
    """Return a verdict's text without its first line, empty if it holds."""
    verdict = judge(example(code), outcome)
    return "" if verdict.holds else str(verdict).partition("\n")[2]


def test_what_is_as_claimed_holds() -> None:
    """A claim that was seen, and nothing else, holds."""
    assert text(BAD, RAISED) == text(GOOD, RETURNED) == ""
    assert str(judge(example(GOOD), RETURNED)) == (
        "docs/page.md:10-20 [sqlite] A title: holds"
    )


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (
            Raised("ValueError", "another thing", 3),
            "raises ValueError: another thing at line 3 of the block",
        ),
        (
            Raised("KeyError", "no such thing as this", 3),
            "raises KeyError: no such thing as this at line 3 of the block",
        ),
        (
            Raised("ValueError", "there is no such thing", 3),
            "raises ValueError: there is no such thing at line 3 of the block",
        ),
    ],
)
def test_another_exception_is_refuted(raised: Raised, seen: str) -> None:
    """A right name with a wrong message is as wrong as a wrong name."""
    assert text(BAD, replace(RAISED, raised=raised)) == (
        "  docs/page.md:13: second()  # ❌ raises ValueError: no such thing…\n"
        "    claimed: ❌ raises ValueError: no such thing…\n"
        f"    seen:    {seen}\n"
        "    next:    The block does not fail as it says: say what was seen, "
        "or mend the block."
    )


def test_another_line_is_refuted() -> None:
    """The right exception at another line is refuted, and told where it was."""
    moved = Raised("ValueError", "no such thing", 2)
    assert text(BAD, replace(RAISED, raised=moved)) == (
        "  docs/page.md:13: second()  # ❌ raises ValueError: no such thing…\n"
        "    claimed: raised at line 3\n"
        "    seen:    raised at line 2\n"
        "    next:    Move the comment to the line that raises; one for an exception "
        "from outside the block stands apart, after a blank line."
    )


def test_an_exception_from_outside_stands_apart() -> None:
    """An exception of no line of the block is claimed by a comment apart."""
    code = "act()\n\n# ❌ raises KeyError: 1\n# ❌ lost: GOAL\n"
    outside = replace(RAISED, raised=Raised("KeyError", "1", 0))
    inside = replace(RAISED, raised=Raised("KeyError", "1", 1))
    assert text(code, outside) == ""
    assert "claimed: raised outside the block" in text(code, inside)
    assert "seen:    raised at line 1" in text(code, inside)


def test_a_wrong_row_is_refuted_with_the_rows_that_differ() -> None:
    """A goal that is not reached shows which rows the run changed."""
    wrong = replace(
        RETURNED,
        answers={"GOAL": False},
        changes=(Change("trading_order", 8, None, {}),),
    )
    assert text(GOOD, wrong) == (
        "  docs/page.md:15: # ✅ committed: GOAL\n"
        "    claimed: ✅ committed: GOAL\n"
        "    seen:    it is False (rows that differ: trading_order 8)\n"
        "    next:    The block does not do what it says: mend it."
    )


def test_a_goal_that_cannot_be_evaluated_is_refuted() -> None:
    """An expression that fails is neither true nor false: both claims are refuted."""
    broken = {"GOAL": "NameError: name 'GOAL' is not defined"}
    assert "seen:    NameError: name" in text(GOOD, replace(RETURNED, answers=broken))
    assert "seen:    NameError: name" in text(BAD, replace(RAISED, answers=broken))


def test_a_forgotten_await_is_refuted() -> None:
    """A ✅ in which a coroutine is never awaited is refuted by the warning."""
    warning = Warned("RuntimeWarning", "coroutine 'f' was never awaited", 2)
    assert text(GOOD, replace(RETURNED, warnings=(warning,))) == (
        "  docs/page.md:12: first()\n"
        "    claimed: no warning but those claimed\n"
        "    seen:    RuntimeWarning: coroutine 'f' was never awaited "
        "at line 2 of the block\n"
        "    next:    Mend the block, or claim the warning."
    )


def test_an_unclaimed_exception_is_refuted() -> None:
    """A ✅ that raises is refuted, even if its goal is reached."""
    assert text(GOOD, replace(RETURNED, end="raised", raised=RAISED.raised)) == (
        "  docs/page.md:13\n"
        "    claimed: ✅ committed: GOAL\n"
        "    seen:    raises ValueError: no such thing as this at line 3 of the block\n"
        "    next:    Mend the block, or claim the exception at this line."
    )


@pytest.mark.parametrize(
    ("printed", "seen"), [((), "nothing"), (("2",), "2"), (("1", "2"), "1 ⏎ 2")]
)
def test_another_output_is_refuted(printed: tuple[str, ...], seen: str) -> None:
    """What a block prints is held against the lines behind it."""
    code = f"print(1)\n#> 1\n\n{GOOD}"
    assert text(code, replace(RETURNED, printed=("1",))) == ""
    assert text(code, replace(RETURNED, printed=printed)) == (
        "  docs/page.md:12: #> 1\n"
        "    claimed: it prints 1\n"
        f"    seen:    it prints {seen}\n"
        "    next:    Write what it prints behind the line, as `#> …`."
    )


def test_output_that_is_not_claimed_is_refuted() -> None:
    """A block that says nothing of output prints nothing."""
    assert "seen:    it prints 1" in text(GOOD, replace(RETURNED, printed=("1",)))


def test_a_wrong_that_passes_is_refuted() -> None:
    """A ❌ that works is as wrong as a ✅ that fails, and both reasons are given."""
    verdict = judge(example(BAD), RETURNED)
    assert [one.seen for one in verdict.reasons] == [
        "no exception",
        "it is True (rows that differ: none)",
        "no statement for its table, no exception, no warning, nothing printed",
    ]


@pytest.mark.parametrize("kind", ["connection", "descriptor", "thread", "loop", "task"])
@pytest.mark.parametrize("claim", ["committed", "rolled back"])
def test_a_right_that_leaves_something_open_is_refuted(kind: str, claim: str) -> None:
    """A ✅ leaves no connection, descriptor, thread, loop or task behind."""
    code = f"act()\n\n# ✅ {claim}: GOAL\n"
    left = replace(RETURNED, left=Left(**{kind: 1}))
    said = text(code, left)
    assert "  docs/page.md:13: # ✅" in said
    assert (
        f"    claimed: nothing is left open\n    seen:    left open: 1 {kind}" in said
    )


def test_what_is_left_is_counted() -> None:
    """Another number of threads, or another kind beside them, refutes the claim."""
    code = "act()\n\n# ❌ leaks 1 thread\n# ❌ lost: GOAL\n"
    lost = replace(RETURNED, answers={"GOAL": False}, statements=(ASKED,))
    assert text(code, replace(lost, left=Left(thread=1))) == ""
    for left in (Left(), Left(thread=2), Left(thread=1, loop=1)):
        assert f"seen:    left open: {left}\n" in text(code, replace(lost, left=left))


@pytest.mark.parametrize(
    ("hang", "seen"),
    [
        (Hang("lock wait", 1, "x"), ""),
        (Hang("busy", 1, "main thread: runs f()"), "hangs: busy (main thread: runs f"),
        (Hang("lock wait", 2, "x"), "hangs at line 2"),
        (None, "it ended: returned"),
    ],
)
def test_a_hang_has_its_reason_and_line(hang: Hang | None, seen: str) -> None:
    """A time-out is not enough: the reason and the line are those claimed."""
    code = "act()  # ❌ hangs: lock wait\n\n# ❌ lost: GOAL\n"
    end = "hung" if hang else "returned"
    outcome = replace(RETURNED, end=end, hang=hang, answers={"GOAL": False})
    assert text(code, outcome) == "" if not seen else seen in text(code, outcome)


def test_an_unclaimed_hang_is_refuted() -> None:
    """A ✅ that hangs is refuted with the reason."""
    hung = replace(RETURNED, end="hung", hang=Hang("sleeping loop", 2, "main: select"))
    assert "seen:    hangs: sleeping loop (main: select)" in text(GOOD, hung)


@pytest.mark.parametrize(
    "end", ["killed by SIGKILL", "exited with 0 before the example was done"]
)
def test_another_end_is_refuted(end: str) -> None:
    """A process that ends otherwise never holds, whatever it has written."""
    assert f"seen:    {end}\n" in text(GOOD, replace(RETURNED, end=end))


def test_statements_in_flight_are_counted() -> None:
    """Work is serial if more was sent than ran at once, and as much as is claimed."""
    code = "act()\n\n# ❌ serial: 1 at a time\n# ❌ lost: GOAL\n"
    sent = Statement("main thread", "C1", "autocommit", "UPDATE", "app_goal", 1)
    lost = replace(RETURNED, answers={"GOAL": False}, statements=(sent, sent))
    assert text(code, replace(lost, in_flight=1, together=2)) == ""
    one_by_one = replace(lost, in_flight=1, together=1)
    assert "seen:    1 of the block's threads or tasks" in text(code, one_by_one)
    alone = replace(lost, statements=(sent,), in_flight=1, together=2)
    assert "seen:    1 sent in all, so none had to wait" in text(code, alone)
    assert "seen:    3 statements under way" in text(code, replace(lost, in_flight=3))


@pytest.mark.parametrize(
    ("kinds", "holds"),
    [
        (["BEGIN", "UPDATE", "ROLLBACK"], True),
        (["BEGIN", "UPDATE", "ROLLBACK TO SAVEPOINT", "COMMIT"], True),
        (["BEGIN", "SELECT", "ROLLBACK"], False),
        (["UPDATE", "COMMIT", "ROLLBACK"], False),
        (["BEGIN", "UPDATE"], False),
    ],
)
def test_a_roll_back_is_seen_to_undo_a_write(kinds: list[str], holds: bool) -> None:
    """`rolled back` needs a statement that wrote and a transaction that rolled back."""
    outcome = replace(
        RETURNED,
        answers={"GOAL": False},
        statements=tuple(
            Statement("main thread", "C1", "open", kind, "app_goal", 1)
            for kind in kinds
        ),
    )
    assert judge(example("act()\n\n# ✅ rolled back: GOAL\n"), outcome).holds is holds


def test_a_lane_without_a_claim_is_refuted() -> None:
    """A block that says nothing of a lane does not hold there."""
    verdict = judge(example("act()\n\n# ✅ committed: GOAL [postgresql]\n"), RETURNED)
    assert [(r.seen, r.then) for r in verdict.reasons] == [
        ("no claim for the lane sqlite", "Add a claim for [sqlite].")
    ]


def test_kin_are_the_other_side_of_a_pair() -> None:
    """A ❌ is held against its twin, a ✅ against every ❌ that names it."""
    right = example(GOOD, "right")
    wrongs = [example(BAD, name, "right") for name in ("one", "two")]
    everything = [right, *wrongs, example(GOOD, "other")]
    assert kin_of(right, everything) == tuple(wrongs)
    assert kin_of(wrongs[0], everything) == (right,)


def test_a_right_that_does_the_wrong_of_its_twin_is_refuted() -> None:
    """What a ❌ calls partial or corrupt must be false for its ✅."""
    wrong = example("act()\n\n# ❌ corrupt: BAD\n", "wrong", "an-id")
    well = replace(RETURNED, answers={"GOAL": True, "BAD": False})
    ill = replace(RETURNED, answers={"GOAL": True, "BAD": True})
    assert judge(example(GOOD), well, [wrong]).holds
    (reason,) = judge(example(GOOD), ill, [wrong]).reasons
    assert reason.claimed == "not ❌ corrupt: BAD, as in wrong"


def test_an_exception_that_costs_nothing_is_refuted() -> None:
    """A ❌ that only raises misses the goal of its twin, else it has to say more."""
    code = "act()  # ❌ raises KeyError: 1\n"
    raised = replace(RAISED, raised=Raised("KeyError", "1", 1))
    right = example(GOOD, "right")
    assert judge(example(code, twin="right"), raised, [right]).holds
    reached = replace(raised, answers={"GOAL": True})
    (reason,) = judge(example(code, twin="right"), reached, [right]).reasons
    assert reason.seen == "the goal is reached all the same: GOAL"


@pytest.mark.parametrize(
    ("claimed", "seen", "same"),
    [
        ("a b", "a  b\n", True),
        ("a", "ab", False),
        ("a…", "ab", True),
        ("…b", "ab", True),
        ("a…c", "abc", True),
        ("a…b…c", "a1b2c", True),
        ("a…b…c", "a1c", False),
        ("ab…bc", "abc", False),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_a_shortened_message(claimed: str, seen: str, same: bool) -> None:
    """… stands for whatever is left out, and for nothing else."""
    assert same_text(claimed, seen) is same


@pytest.mark.parametrize(
    ("claimed", "seen", "same"),
    [
        ("OperationalError", "django.db.utils.OperationalError", True),
        ("utils.OperationalError", "django.db.utils.OperationalError", True),
        ("Error", "django.db.utils.OperationalError", False),
        ("ValueError", "ValueError", True),
    ],
)
def test_a_type_is_named_by_its_end(claimed: str, seen: str, same: bool) -> None:
    """A type may be named without its module, but only whole."""
    code = f"act()  # ❌ raises {claimed}: x\n\n# ❌ lost: GOAL\n"
    outcome = replace(RAISED, raised=Raised(seen, "x", 1))
    assert judge(example(code), outcome).holds is same


@pytest.mark.parametrize("kind", ["committed", "corrupt", "partial", "escaped"])
@pytest.mark.parametrize("before", [True, "no answer: it is a tuple"])
def test_what_was_true_before_shows_nothing(kind: str, before: bool | str) -> None:
    """What is claimed to be there must not have been there before the run."""
    mark = "✅" if kind == "committed" else "❌"
    said = text(
        f"act()\n\n# {mark} {kind}: GOAL\n", replace(RETURNED, before={"GOAL": before})
    )
    assert "and false before the run" in said


def test_a_loss_without_an_attempt_is_refuted() -> None:
    """A ❌ that does nothing at all has not lost what its twin commits."""
    code = "act()\n\n# ❌ lost: GOAL\n"
    idle = replace(RETURNED, answers={"GOAL": False})
    assert "seen:    no statement for its table" in text(code, idle)
    assert text(code, replace(idle, statements=(ASKED,))) == ""
    other = replace(ASKED, table="app_another")
    assert "no statement for its table" in text(
        code, replace(idle, statements=(other,))
    )


def test_a_rollback_of_other_rows_is_refuted() -> None:
    """`rolled back` is about what the transaction wrote, not any that rolled back."""
    steps = (("BEGIN", ""), ("UPDATE", "app_another"), ("ROLLBACK", ""))
    sent = tuple(replace(ASKED, kind=kind, table=table) for kind, table in steps)
    outcome = replace(RETURNED, answers={"GOAL": False}, statements=sent)
    said = text("act()\n\n# ✅ rolled back: GOAL\n", outcome)
    assert "seen:    what rolled back wrote app_another" in said


@pytest.mark.parametrize(
    ("connection", "order", "holds"),
    [
        ("C2", ("BEGIN", "UPDATE", "ROLLBACK"), True),
        ("C1", ("BEGIN", "UPDATE", "ROLLBACK"), False),
        ("C2", ("BEGIN", "ROLLBACK", "UPDATE"), False),
        ("C2", ("UPDATE", "BEGIN", "ROLLBACK"), False),
    ],
)
def test_what_escapes_is_written_while_the_transaction_is_open(
    connection: str, order: tuple[str, ...], holds: bool
) -> None:
    """A write before, after or within the transaction that rolls back is no escape."""
    of = {"UPDATE": replace(ASKED, kind="UPDATE", connection=connection)}
    sent = tuple(of.get(kind) or replace(ASKED, kind=kind, table="") for kind in order)
    verdict = judge(
        example("act()\n\n# ❌ escaped: GOAL\n"), replace(RETURNED, statements=sent)
    )
    assert verdict.holds is holds


def test_an_exception_of_the_blocks_own_making_is_refuted() -> None:
    """A block that raises a library's exception itself has not shown it."""
    assert RAISED.raised is not None
    own = replace(RAISED.raised, imitates="raised by the block itself")
    said = text(BAD, replace(RAISED, raised=own))
    assert "seen:    raised by the block itself" in said


def test_an_error_is_not_presented_as_an_answer() -> None:
    """A question that the ✅ cannot answer is said to have none, and not to be so."""
    bad = example(BAD.replace("lost: GOAL", "corrupt: WRONG"), twin="right")
    good = example(GOOD, "right")
    question = "WRONG"
    asked = replace(RETURNED, answers={"GOAL": True, question: "no answer: E"})
    said = str(judge(good, asked, [bad]))
    assert "asked here, it has no answer: E" in said
    said = str(judge(good, replace(asked, answers={question: True}), [bad]))
    assert "it is so here too" in said


def test_equal_warnings_are_one_reason() -> None:
    """Three hundred of them are told once, with their number."""
    many = (Warned("UserWarning", "careful", 2),) * 300
    verdict = judge(example(GOOD), replace(RETURNED, warnings=many))
    assert [one.seen for one in verdict.reasons] == [
        "UserWarning: careful at line 2 of the block, 300 times"
    ]


def test_long_output_is_shown_in_short() -> None:
    """A reason has a few lines of it, none longer than can be read at a glance."""
    printed = ("x" * 10_000, *map(str, range(100)))
    (reason,) = judge(example(GOOD), replace(RETURNED, printed=printed)).reasons
    assert len(reason.seen) < 400
    assert reason.seen.endswith("… and 93 more lines")
