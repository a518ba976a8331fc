"""What goes on by itself: a thread that waits until a time, a statement at work.

Python shows no frame of `time.sleep()`, nor how long a lock is waited for. The system
call does: its deadline, as long as it is the same, is that of one and the same wait.

Source: https://man7.org/linux/man-pages/man5/proc_pid_syscall.5.html
"""

import os
import platform
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

CALLS = {
    "x86_64": {230: 2, 202: 3},
    "aarch64": {115: 2, 98: 3},
}
"""By machine, the numbers of `clock_nanosleep` and `futex`, and which of the arguments
points to the deadline."""
DEADLINE = struct.Struct("qq")
SAME = 0.1
"""Seconds by which a deadline differs that is worked out anew after a signal."""
NEAR = 24 * 60 * 60
"""Seconds within which a timer is due; that of a clock which was set is not."""


@dataclass(frozen=True)
class Awaited:
    """What an example waits for, and comes by itself.

    `asleep` has the deadline of each thread that waits until a time, `timers` those of
    event loops, by the system's clock, `statements` what the database works at.
    """

    asleep: Mapping[int, float] = field(default_factory=dict)
    timers: tuple[float, ...] = ()
    statements: frozenset[str] = frozenset()

    def goes_on(self, before: "Awaited", and_timers: bool) -> bool:
        """Return whether one and the same is waited for as before.

        A server's loop always has a timer, so that they need not be asked.
        """
        near = {when for when in self.timers if 0 < when - time.monotonic() < NEAR}
        return (
            any(
                abs(before.asleep.get(thread, 0.0) - until) < SAME
                for thread, until in self.asleep.items()
            )
            or not self.statements.isdisjoint(before.statements)
            or (and_timers and not near.isdisjoint(before.timers))
        )


def deadlines(pid: int) -> dict[int, float]:
    """Return when each thread of a process goes on that waits until a time."""
    return dict(_deadlines(pid, CALLS.get(platform.machine(), {})))


def _deadlines(pid: int, calls: Mapping[int, int]) -> Iterator[tuple[int, float]]:
    for told in Path(f"/proc/{pid}/task").glob("*/syscall"):
        with suppress(OSError, ValueError):
            number, *arguments = (int(one, 0) for one in told.read_text().split())
            pointer = arguments[calls[number]] if number in calls else 0
            if pointer:
                yield int(told.parent.name), _seconds(pid, pointer)


def _seconds(pid: int, pointer: int) -> float:
    memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    try:
        data = os.pread(memory, DEADLINE.size, pointer)
    finally:
        os.close(memory)
    if len(data) != DEADLINE.size:
        raise ValueError(f"{len(data)} bytes of a deadline")
    seconds, billionths = DEADLINE.unpack(data)
    return float(seconds + billionths / 1e9)
