"""What a stall of an event loop is not: a machine that has other things to do."""

import os
import subprocess
import sys
import time

from proof.places.heartbeat import queued_for

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
