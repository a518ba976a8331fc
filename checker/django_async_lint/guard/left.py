"""What a test leaves: connections, threads, loops and tasks beyond those before it."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from typing import Any

from asgiref.sync import SyncToAsync

from django_async_lint.guard.finding import Finding
from django_async_lint.watching.born import Born
from django_async_lint.watching.frames import Own
from django_async_lint.watching.leftovers import at_rest
from django_async_lint.watching.line import NOWHERE, Line, coroutine_frames
from django_async_lint.watching.loops import open_loops, pending_tasks
from django_async_lint.watching.threads import thread_role

Opened = dict[str, tuple[str, str, Line]]
"""Of each connection, by its number: its alias, the thread that opened it, the line."""


class Baseline:
    """What was open before a test; `left` tells what is open beyond it."""

    def __init__(self, to_close: Callable[[], set[str]]) -> None:
        self._to_close = to_close
        self._before = self._look()

    def left(self) -> set[Any]:
        """Return what is left, once everything that ends by itself has ended."""
        if not self._beyond():
            return set()
        # A thread or a loop that only a cycle holds is as good as gone.
        gc.collect()
        return at_rest(self._beyond, lambda found: not found)

    def _beyond(self) -> set[Any]:
        return self._look() - self._before

    def _look(self) -> set[Any]:
        loops = open_loops()
        tasks = [task for loop in loops for task in pending_tasks(loop)]
        return {*loops, *tasks, *_threads(), *self._to_close()}


def _threads() -> set[threading.Thread]:
    """Return those that Python has started; of the others nobody tells the end.

    asgiref's one thread for all lives as long as the process, and nobody can join it.
    """
    foreign: Any = getattr(threading, "_DummyThread")  # noqa: B009
    shared: Any = getattr(SyncToAsync.single_thread_executor, "_threads", ())
    started = (one for one in threading.enumerate() if not isinstance(one, foreign))
    return {*started} - {*shared}


def findings(left: set[Any], opened: Opened, born: Born, own: Own) -> Iterator[Finding]:
    """Yield a finding for each thing that is left."""
    for one in sorted(left, key=lambda one: (type(one).__name__, str(one))):
        if isinstance(one, str):
            alias, thread, line = opened.get(one, ("", "", NOWHERE))
            says = f"connection {one} ({alias}), opened by the {thread}, is open"
            yield Finding("left-connection", says, line)
        elif isinstance(one, threading.Thread):
            says = f"thread {one.name} ({thread_role(one)}) runs"
            yield Finding("left-thread", says, born.line_of(one))
        elif isinstance(one, asyncio.Task):
            yield Finding(
                "left-task", f"task {one.get_name()} is pending", _of(one, own)
            )
        else:
            yield Finding("left-loop", "an event loop is open", born.line_of(one))


def _of(task: "asyncio.Task[Any]", own: Own) -> Line:
    """Return the innermost own line at which a task waits."""
    frames = [f for f in coroutine_frames(task) if own(f.f_code.co_filename)]
    if not frames:
        return NOWHERE
    code = frames[-1].f_code
    return Line(code.co_filename, frames[-1].f_lineno, code.co_name)
