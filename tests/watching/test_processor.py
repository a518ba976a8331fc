"""What a stall and a hang are not: a machine that has other things to do."""

import os
import subprocess
import sys
import threading
import time

import pytest

from django_async_lint.watching import leftovers as waiting
from proof.watching import leftovers
from proof.watching.processor import kept_waiting, queued_for

BUSY = "import time\nend = time.monotonic() + 20\nwhile time.monotonic() < end: pass"


def test_a_wait_for_a_processor_is_counted():
    """A thread that shares its processor with two others waits for two thirds."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
    try:
        time.sleep(0.3)
        queued, begun = queued_for(os.getpid()), time.monotonic()
        before = queued()
        while time.monotonic() < begun + 1:
            pass
        assert 0.2 < queued() - before < time.monotonic() - begun
    finally:
        os.sched_setaffinity(0, allowed)
        for one in others:
            one.kill()
            one.wait()


def test_a_sleep_is_no_wait_for_a_processor():
    """What blocks a loop counts as a stall in full."""
    queued = queued_for(os.getpid())
    counted = []
    for _ in range(
        5
    ):  # It may have to wait once it is awake: the least is the sleep's.
        before = queued()
        time.sleep(0.3)
        counted.append(queued() - before)
    assert min(counted) < 0.1


def test_a_system_that_does_not_count():
    """Without the kernel's figures nothing is taken off."""
    assert queued_for(2**22 + 1)() == 0


def test_a_process_that_has_ended_waits_for_nothing():
    """Nor does one that never was."""
    assert kept_waiting(2**22 + 1) == 0


class NothingOpen:
    """A trace without a connection."""

    def open_connections(self):
        """Return the connections that are open."""
        return []

    def left_open(self):
        """Return how many of them are counted."""
        return 0


@pytest.mark.parametrize(
    ("waited", "most", "left"), [(0.0, 9.0, 1), (60.0, 9.0, 0), (60.0, 0.2, 1)]
)
def test_a_thread_on_its_way_out_has_time(monkeypatch, waited, most, left):
    """It has a moment of the process's own time to end, and not for ever."""
    monkeypatch.setattr(waiting, "GRACE", 0.1)
    monkeypatch.setattr(waiting, "MOST_GRACE", most)
    told = iter([0.0])
    monkeypatch.setattr(
        leftovers, "threads_kept_waiting", lambda pid: next(told, waited)
    )
    baseline = leftovers.Baseline()
    may_end = threading.Event()
    # However slow the machine is, one that is to be left is there when it is counted.
    ends = threading.Thread(target=may_end.wait, args=[60 if left else 0.6])
    ends.start()
    assert baseline.left(NothingOpen()).thread == left
    may_end.set()
    ends.join()
