"""A child is waited for, ended when it hangs, and survived by nothing of its own."""

import os
import subprocess
import sys
from textwrap import dedent

import pytest

from proof.extract import ROOT
from proof.supervise import Exit

ALONE = """
import os, signal, sys, time
import psutil
from proof import supervise
from proof.child import Task
from proof.recorder import Recorder
from proof.witness import ASK

asked, ask = os.pipe()
supervise.adopt_orphans()
TASK = Task("a", "service", "", None, "", "", hang_expected=False)

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
        watch(child, replace(TASK, hang_expected=True), limit=20)
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
