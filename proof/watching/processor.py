"""For how long a process was ready and got no processor, which is nobody's doing.

Source: https://docs.kernel.org/scheduler/sched-stats.html
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil


def queued_for(thread: int) -> Callable[[], float]:
    """Return who tells for how many seconds a thread has waited for a processor.

    Where the system does not count that, it is nothing.
    """
    try:
        descriptor = os.open(f"/proc/self/task/{thread}/schedstat", os.O_RDONLY)
    except OSError:
        return lambda: 0.0
    return lambda: _waited(os.pread(descriptor, 100, 0))


def kept_waiting(pid: int) -> float:
    """Return for how many seconds a process or one that it started has waited for one.

    It is the thread's that has waited longest: what they do follows from the slowest.
    """
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        family = (process, *process.children(recursive=True))
        return max(threads_kept_waiting(one.pid) for one in family)
    return 0.0


def threads_kept_waiting(pid: int) -> float:
    """Return for how many seconds the thread of a process has that waited longest."""
    return max(_waits_of(pid), default=0.0)


def _waits_of(pid: int) -> Iterator[float]:
    for counted in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError):
            yield _waited(counted.read_bytes())


def _waited(counted: bytes) -> float:
    return int(counted.split()[1]) / 1e9
