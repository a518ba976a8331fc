"""A child is waited for, ended when it hangs, and survived by nothing of its own."""

import os
import subprocess
import sys
from textwrap import dedent

import pytest

from proof.project import ROOT
from proof.running.messages import Exit
from proof.watching.watcher import ASK

ALONE = """
import os, signal, sys, time
import psutil
from proof.running import supervise
from proof.running.messages import Order, Task
from proof.watching.recorder import Recorder
from proof.watching.watcher import ASK

asked, ask = os.pipe()
supervise.adopt_orphans()
TASK = Task(Order("a", "sqlite", "service", ""), "", "")

def watch(child, task=TASK, limit=5.0, waits_for_lock=lambda: False):
    def enter(task, recorder, hangs):
        os.close(ask)
        os.setsid()
        recorder.open()
        hangs.open()
        child(recorder, hangs)
        os._exit(0)
    supervise.enter = enter
    started = time.monotonic()
    notes = Recorder(), Recorder()
    try:
        exit_ = supervise.supervise(
            task, *notes, waits_for_lock, (asked,), limit
        )
    except supervise.Interrupted:
        exit_ = "interrupted"
    alive = [p.pid for p in psutil.Process().children(recursive=True)]
    print(exit_, time.monotonic() - started < 2, len(alive))
"""


def alone(code: str) -> list[str]:
    """Run code in an interpreter of its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE + dedent(code)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("exit_", "text"),
    [
        (Exit(0), "exited with 0 before the example was done"),
        (Exit(3 << 8), "exited with 3 before the example was done"),
        (Exit(9), "killed by SIGKILL"),
        (Exit(0, hung=True), "hung"),
    ],
)
def test_an_exit_says_how_it_went(exit_: Exit, text: str) -> None:
    """A wait status reads as a sentence."""
    assert str(exit_) == text


def test_a_child_is_waited_for() -> None:
    """The end of a child is its wait status."""
    assert alone("watch(lambda *_: os._exit(4))") == [
        "exited with 4 before the example was done True 0"
    ]


def test_a_child_that_takes_too_long_is_ended() -> None:
    """After its limit, a child is ended, whatever it does with signals."""
    sleep = "watch(lambda *_: time.sleep(60), limit=0.2)"
    dies = (
        "watch(lambda *_: (signal.signal(ASK, signal.SIG_DFL), "
        "time.sleep(60)), limit=0.2)"
    )
    stops = "watch(lambda *_: os.kill(os.getpid(), signal.SIGSTOP), limit=0.2)"
    assert alone("; ".join((dies, stops))) == ["hung True 0"] * 2
    assert alone(f"signal.signal(ASK, lambda *_: None); {sleep}") == ["hung True 0"]


def test_a_hang_that_is_expected_ends_early() -> None:
    """One that claims to hang is ended when two looks have seen the same."""
    assert alone(
        """
        from dataclasses import replace
        supervise.FIRST_LOOK = supervise.LOOK_AGAIN = 0.1
        def child(recorder, hangs):
            signal.signal(ASK, lambda *_: hangs.note(
                "hang", reason="sleeping loop", line=1, where="x", endless=True))
            while True:
                time.sleep(1)
        expected = replace(TASK.order, hang_expected=True)
        watch(child, replace(TASK, order=expected), limit=20)
        """
    ) == ["hung True 0"]


def test_a_hang_that_is_not_expected_has_its_time() -> None:
    """One that does not claim to hang is not looked at before its limit."""
    assert alone(
        """
        supervise.FIRST_LOOK = supervise.LOOK_AGAIN = 0.05
        def child(recorder, hangs):
            signal.signal(ASK, lambda *_: os._exit(7))
            time.sleep(0.5)
        watch(child, limit=20)
        """
    ) == ["exited with 0 before the example was done True 0"]


def test_a_child_that_gets_no_processor_has_more_time() -> None:
    """What it had to wait for others is not its own."""
    said = alone(
        """
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        for _ in range(7):
            if (pid := os.fork()) == 0:
                while True:
                    pass
            supervise.KEPT.add(pid)
        def works(*_):
            while time.process_time() < 0.3:
                pass
        supervise.AT_MOST = 60  # However busy the machine is beside this.
        watch(works, limit=1.2)
        for pid in supervise.KEPT:
            os.kill(pid, signal.SIGKILL)
        """
    )
    assert [line.partition(" ")[0] for line in said] == ["exited"]


def test_a_look_that_takes_long_takes_nothing_from_the_child() -> None:
    """While it is looked at it waits for a processor as before."""
    assert alone(
        """
        counted = []
        supervise.kept_waiting = lambda pid: sum(counted)
        def slow():
            time.sleep(0.5)
            counted.append(0.9)
            return False
        watch(lambda *_: time.sleep(0.9), limit=0.5, waits_for_lock=slow)
        """
    ) == ["exited with 0 before the example was done True 0"]


def test_a_child_that_never_gets_a_processor_is_ended() -> None:
    """On the busiest of machines too, after a few times its limit."""
    said = alone(
        """
        supervise.kept_waiting = lambda pid: 60.0
        supervise.AT_MOST = 4
        watch(lambda *_: time.sleep(60), limit=0.2)
        """
    )
    assert [line.partition(" ")[0] for line in said] == ["hung"]


@pytest.mark.parametrize("expected", [True, False])
def test_who_dies_of_the_question_before_its_time_does_not_hang(expected: bool) -> None:
    """Nor does one that sends it to itself: it has ended, and says by which signal."""
    assert alone(
        f"""
        from dataclasses import replace
        supervise.FIRST_LOOK = 0.1
        task = replace(TASK, order=replace(TASK.order, hang_expected={expected}))
        def child(recorder, hangs):
            signal.signal(ASK, signal.SIG_DFL)
            time.sleep(0.5)
            os.kill(os.getpid(), ASK)
        watch(child, task, limit=20)
        """
    ) == [f"killed by signal {ASK} True 0"]


def test_when_the_orders_end_so_does_the_child() -> None:
    """If whoever gave the order goes, the child is ended at once."""
    assert alone(
        """
        import threading
        threading.Timer(0.2, os.close, [ask]).start()
        watch(lambda *_: time.sleep(60), limit=20)
        """
    ) == ["interrupted True 0"]


def test_nothing_that_a_child_started_survives() -> None:
    """Children, their children and those in a session of their own are ended."""
    assert alone(
        """
        def child(*_):
            for own_session in (False, True):
                if os.fork() == 0:
                    if own_session:
                        os.setsid()
                    os.fork()
                    time.sleep(60)
        watch(child)
        """
    ) == ["exited with 0 before the example was done True 0"]


def test_what_is_kept_is_spared() -> None:
    """A process that belongs to the runner is not taken for an orphan."""
    assert alone(
        """
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
        supervise.KEPT.add(pid)
        watch(lambda *_: None)
        os.kill(pid, signal.SIGKILL)
        """
    ) == ["exited with 0 before the example was done True 1"]
