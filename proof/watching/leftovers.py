"""What an example leaves open: threads, connections, loops, tasks, sockets."""

import asyncio
import gc
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

from django_async_lint.watching.leftovers import at_rest
from django_async_lint.watching.loops import open_loops, pending_tasks
from proof.outcome import Left
from proof.watching.processor import threads_kept_waiting

if TYPE_CHECKING:
    from proof.watching.trace import Trace


class Baseline:
    """What was open before the example; `left` counts what is open beyond it."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._descriptors = _descriptors()
        self._last = Left()

    def accept_descriptors(self) -> None:
        """Take the descriptors that are open now as open from the beginning."""
        self._descriptors = _descriptors()

    def accept_threads(self, threads: Iterable[threading.Thread]) -> None:
        """Take these threads as there from the beginning."""
        self._threads |= set(threads)

    def left(self, trace: "Trace") -> Left:
        """Return what is open now, once everything that ends by itself has ended.

        What was there the last time already is not waited for again.
        """
        gc.collect()
        self._last = at_rest(
            lambda: self._count(trace),
            lambda found: found in (Left(), self._last),
            lambda: threads_kept_waiting(os.getpid()),
        )
        return self._last

    def left_at_the_end(self, trace: "Trace") -> Left:
        """Return what is open that was not, or was closed, when it was last counted."""
        return self._count(trace)

    def _count(self, trace: "Trace") -> Left:
        loops = open_loops()
        connections = trace.open_connections()
        accounted_for = {_socket_of(connection) for connection, _ in connections}
        accounted_for |= {fd for loop in loops for fd in _descriptors_of(loop)}
        return Left(
            connection=trace.left_open(),
            descriptor=len(
                _streams(_descriptors() - self._descriptors - accounted_for)
            ),
            thread=len(set(threading.enumerate()) - self._threads),
            loop=len(loops),
            task=sum(len(pending_tasks(loop)) for loop in loops),
        )


def threads_of(executor: Any) -> set[threading.Thread]:
    """Return the threads of an executor, by name too: it lists each one late."""
    prefix = getattr(executor, "_thread_name_prefix", None)
    named = {t for t in threading.enumerate() if prefix and t.name.startswith(prefix)}
    return named | set(getattr(executor, "_threads", ()))


def _descriptors() -> set[int]:
    folder = next(Path(p) for p in ("/proc/self/fd", "/dev/fd") if Path(p).is_dir())
    # Listed before it is looked at: the one that the listing itself needs is gone then.
    return {fd for fd in [int(one.name) for one in folder.iterdir()] if _is_open(fd)}


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _streams(descriptors: set[int]) -> set[int]:
    return {fd for fd in descriptors if _is_stream(fd)}


def _socket_of(connection: BaseDatabaseWrapper) -> int:
    try:
        # Each driver has an exception of its own for a connection that is closed.
        with connection.wrap_database_errors:
            return int(connection.connection.fileno())
    except (AttributeError, OSError, Error):
        return -1


def _descriptors_of(loop: asyncio.AbstractEventLoop) -> set[int]:
    """Return what a loop holds for itself: its selector and the pair that wakes it."""
    parts = (getattr(loop, name, None) for name in ("_selector", "_ssock", "_csock"))
    return {part.fileno() for part in parts if part is not None}


def _is_stream(fd: int) -> bool:
    try:
        target = str(Path(f"/proc/self/fd/{fd}").readlink())
    except OSError:
        return False
    return target.startswith(("socket:", "pipe:", "anon_inode:"))
