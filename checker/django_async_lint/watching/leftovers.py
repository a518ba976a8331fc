"""Waiting for what ends by itself, before what is left is called left."""

import time
from collections.abc import Callable
from typing import TypeVar

GRACE = 1.0
"""Seconds that a thread or a connection that is on its way out may take for it.

Those in which this process was kept waiting for a processor are not among them.
"""
MOST_GRACE = 4.0
"""Seconds by the clock after which it is over however busy the machine is."""
Found = TypeVar("Found")


def at_rest(
    look: Callable[[], Found],
    rests: Callable[[Found], bool],
    kept_waiting: Callable[[], float] = lambda: 0.0,
) -> Found:
    """Return what a look finds, once it rests or has had its time.

    `kept_waiting` tells for how many seconds this process got no processor so far.
    """
    begun, before = time.monotonic(), kept_waiting()

    def has_time() -> bool:
        taken = time.monotonic() - begun
        if taken < GRACE:
            return True
        waited = kept_waiting() - before
        return taken - min(waited, MOST_GRACE - GRACE) < GRACE

    found = look()
    while not rests(found) and has_time():
        time.sleep(0.002)
        found = look()
    return found
