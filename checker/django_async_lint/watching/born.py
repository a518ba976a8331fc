"""Where threads and loops were started, and which coroutines were dropped."""

import asyncio
import functools
import gc
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from django_async_lint.watching.frames import Own
from django_async_lint.watching.line import NOWHERE, Line, calling_line
from django_async_lint.watching.loops import watch_loops

ORIGIN = 12
"""Frames of which a coroutine remembers that they have made it."""
Told = Callable[[str, Line], None]
"""Takes the name of a coroutine and the line of one's own that made it."""


class Born:
    """Remembers which line of one's own each thread and each loop comes from."""

    def __init__(self, own: Own) -> None:
        self._own = own
        self._threads: WeakKeyDictionary[threading.Thread, Line] = WeakKeyDictionary()
        self._loops: WeakKeyDictionary[Any, Line] = WeakKeyDictionary()

    def listen(self) -> None:
        """Remember all that begin from now on."""
        start = threading.Thread.start

        @functools.wraps(start)
        def started(thread: threading.Thread) -> None:
            self._threads[thread] = calling_line(self._own)
            start(thread)

        setattr(threading.Thread, "start", started)  # noqa: B010
        watch_loops(self._made)

    def _made(self, loop: asyncio.BaseEventLoop) -> None:
        self._loops[loop] = calling_line(self._own)

    def line_of(self, one: Any) -> Line:
        """Return the line that a thread or a loop comes from."""
        lines: Any = self._threads if isinstance(one, threading.Thread) else self._loops
        line: Line = lines.get(one, NOWHERE)
        return line


def listen_to_dropped(own: Own, tell: Told) -> None:
    """Tell of each coroutine that nobody has awaited, also where warnings are off."""
    warn: Any = getattr(warnings, "_warn_unawaited_coroutine")  # noqa: B009

    @functools.wraps(warn)
    def dropped(coroutine: Any) -> None:
        made = _made_at(coroutine, own)
        # What drops it stands on the stack, unless the garbage collector does.
        if not made and not collects:
            made = calling_line(own, looks=0)
        tell(coroutine.__qualname__, made)
        warn(coroutine)

    def collected(phase: str, info: dict[str, int]) -> None:
        collects[:] = [True] if phase == "start" else []

    collects: list[bool] = []
    gc.callbacks.append(collected)

    setattr(warnings, "_warn_unawaited_coroutine", dropped)  # noqa: B010


def remember_origins() -> None:
    """Let the coroutines that this thread makes remember where they were made."""
    if sys.get_coroutine_origin_tracking_depth() < ORIGIN:
        sys.set_coroutine_origin_tracking_depth(ORIGIN)


def _made_at(coroutine: Any, own: Own) -> Line:
    for file, number, function in coroutine.cr_origin or ():
        if own(file):
            return Line(file, number, function)
    return NOWHERE
