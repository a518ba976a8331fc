"""What goes on by itself is no hang: a sleep, a timer, a statement at work."""

import os
import platform
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support import CANCEL, GOAL, fence, lanes_here, verdicts, written
from test_supervise import alone

from proof.running.run import run
from proof.watching.asleep import CALLS, Awaited, deadlines

TELLS = platform.machine() in CALLS and Path("/proc/self/syscall").exists()


def deadline_of(function: Callable[[], object]) -> tuple[float, float] | None:
    """Return the deadline of a thread that calls a function, at two looks."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    found = []
    for _ in range(2):
        time.sleep(0.3)
        found.append(deadlines(os.getpid()).get(thread.native_id or 0))
    thread.join(2)
    one, two = found
    return None if one is None or two is None else (one, two)


@pytest.mark.skipif(not TELLS, reason="this system does not tell who sleeps")
@pytest.mark.parametrize(
    "waits",
    [
        lambda: time.sleep(1.2),
        lambda: threading.Event().wait(1.2),
        lambda: [lock.acquire(timeout=1.2) for lock in 2 * [threading.Lock()]],
    ],
    ids=["sleep", "event", "lock"],
)
def test_who_waits_until_a_time_has_its_deadline(waits: Callable[[], object]) -> None:
    """It is the same at each look, as long as it is the same wait."""
    found = deadline_of(waits)
    assert found is not None
    assert found[0] == found[1]


@pytest.mark.skipif(not TELLS, reason="this system does not tell who sleeps")
def test_who_waits_again_and_again_has_another() -> None:
    """A loop that polls may never end."""
    found = deadline_of(lambda: [time.sleep(0.2) for _ in range(6)])
    assert found is None or found[1] - found[0] > 0.1


def test_who_waits_for_good_has_none() -> None:
    """Nobody knows when an event is set."""
    event = threading.Event()
    assert deadline_of(event.wait) is None
    event.set()


@pytest.mark.parametrize(
    ("before", "now", "goes_on"),
    [
        (Awaited({7: 50.0}), Awaited({7: 50.01}), True),
        (Awaited({7: 50.0}), Awaited({7: 50.7}), False),
        (Awaited({7: 50.0}), Awaited({8: 50.0}), False),
        (Awaited(statements=frozenset("a")), Awaited(statements=frozenset("ab")), True),
        (Awaited(statements=frozenset("a")), Awaited(statements=frozenset("b")), False),
        (Awaited(), Awaited({7: 50.0}, (), frozenset("a")), False),
    ],
)
def test_one_and_the_same_goes_on(before: Awaited, now: Awaited, goes_on: bool) -> None:
    """What is new at each look is a loop, which may be endless."""
    assert now.goes_on(before, and_timers=True) is goes_on


@pytest.mark.parametrize(("due_in", "goes_on"), [(30, True), (-1, False), (1e9, False)])
def test_a_timer_is_due_by_the_systems_clock(due_in: float, goes_on: bool) -> None:
    """One of a loop whose clock was set is never due."""
    awaited = Awaited(timers=(time.monotonic() + due_in,))
    assert awaited.goes_on(awaited, and_timers=True) is goes_on
    assert not awaited.goes_on(awaited, and_timers=False)


@pytest.mark.skipif(not TELLS, reason="this system does not tell who sleeps")
@pytest.mark.parametrize(("own", "end"), [("os.getpid()", "exited"), ("0", "hung")])
def test_a_child_that_sleeps_is_waited_for(own: str, end: str) -> None:
    """Also if each look sees the same; a sleep that is not the block's says nothing."""
    said = alone(
        f"""
        from dataclasses import replace
        supervise.FIRST_LOOK = supervise.LOOK_AGAIN = 0.2
        supervise.MANY_LOOKS = 3
        def child(recorder, hangs):
            signal.signal(ASK, lambda *_: hangs.note(
                "hang", reason="thread never ends", line=1, where="x", own=[{own}]))
            time.sleep(3)
        expected = replace(TASK.order, hang_expected=True)
        watch(child, replace(TASK, order=expected), limit=20)
        """
    )
    assert [line.partition(" ")[0] for line in said] == [end]


HEAD = """
import asyncio
import threading
import time

from django.db import connection
from trading.models import Order


def work():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(90)")


"""
BLOCKS = {
    "sleep": ("time.sleep(90)", "busy"),
    "timer": ("asyncio.run(asyncio.sleep(90))", "busy"),
    "thread": (
        "threading.Thread(target=time.sleep, args=[90]).start()",
        "thread never ends",
    ),
    "event": (
        "threading.Thread(target=lambda: threading.Event().wait(90)).start()",
        "thread never ends",
    ),
    "statement": ("threading.Thread(target=work).start()", "thread never ends"),
}


@pytest.mark.skipif(not TELLS, reason="this system does not tell who sleeps")
def test_a_slow_call_is_no_hang(tmp_path: Path) -> None:
    """However long it takes: it is told as what it is, and ended at its limit."""
    blocks = [fence("right", CANCEL)]
    lane = lanes_here()[-1]
    named = [one for one in BLOCKS if one != "statement" or lane == "postgresql"]
    for name in named:
        does, reason = BLOCKS[name]
        claims = f"# ❌ lost: {GOAL}\n# ❌ hangs: {reason}"
        code = f"{HEAD}def act():\n    Order.objects.count()\n    {does}\n\n\n{claims}"
        blocks.append(fence(name, code, "❌ It", twin="right"))
    examples = written(tmp_path, *blocks)
    found = verdicts(run(examples, examples, [lane]), examples)
    for name in named:
        assert "hangs: slow call" in str(found[name, lane])
