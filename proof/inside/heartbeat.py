"""Whether an event loop stands still, and at which line of the block.

The loop beats every few milliseconds. A thread beside it looks at what the loop's own
thread does whenever a beat is long overdue, so what is noted is a line of the block
on that thread's stack. The time for which the thread was ready and got no processor is
left out: a busy machine is not the block's doing.
"""

import _thread
import asyncio
import sys
import threading
import time

from django_async_lint.watching.frames import innermost
from django_async_lint.watching.own import OneFile
from proof.watching.processor import queued_for
from proof.watching.watcher import Watcher

BEAT = 0.01
OVERDUE = 0.5
"""Seconds without a beat after which the loop stands still."""


class Heartbeat:
    """Notes once for each time that the running loop stands still in the block."""

    def __init__(self, watcher: Watcher, block: str) -> None:
        self._watcher, self._block = watcher, block
        self._ends = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._loops_thread = 0

    def start(self) -> None:
        """Let the loop that runs in this thread beat, and watch it."""
        self._loop = asyncio.get_running_loop()
        self._loops_thread = threading.get_ident()
        self._queued = queued_for(threading.get_native_id())
        self._beat()
        # No object of `threading`: it is not one of the example's threads.
        _thread.start_new_thread(self._watch, ())

    def stop(self) -> None:
        """Watch no longer."""
        self._ends.set()

    def _beat(self) -> None:
        # The clock last: a wait between the two is not taken for a stall.
        self._before, self._last = self._queued(), time.monotonic()
        self._loop.call_later(BEAT, self._beat)

    def _watch(self) -> None:
        noted = 0.0
        while not self._ends.wait(BEAT):
            last = self._last
            if last != noted and self._stands_for() > OVERDUE:
                line = self._line()
                if line and last == self._last:
                    self._watcher.note("stall", line=line)
                    noted = last

    def _stands_for(self) -> float:
        return time.monotonic() - self._last - (self._queued() - self._before)

    def _line(self) -> int:
        """Return the block's line at which the loop's thread is, 0 if it is not."""
        stack = sys._current_frames().get(self._loops_thread)
        frame = innermost(OneFile(self._block), stack)
        return frame.f_lineno if frame is not None else 0
