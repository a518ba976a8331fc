"""Which transactions are open, where each began, and whose work waits for whose."""

import concurrent.futures
import concurrent.futures.thread
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any
from weakref import WeakKeyDictionary

from asgiref.current_thread_executor import CurrentThreadExecutor
from django.db.backends.base.base import BaseDatabaseWrapper

from django_async_lint.watching.connections import Connections
from django_async_lint.watching.frames import RUN_FOREVER, Own, outwards
from django_async_lint.watching.line import NOWHERE, Line, calling_line
from django_async_lint.watching.threads import thread_role

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "TRUNCATE")
BEGINS = ("BEGIN", "SAVEPOINT")
ENDS = ("COMMIT", "ROLLBACK")
WAITS: frozenset[CodeType] = frozenset(
    {
        RUN_FOREVER,
        CurrentThreadExecutor.run_until_future.__code__,
        threading.Thread.join.__code__,
        concurrent.futures.Future.result.__code__,
        concurrent.futures.wait.__code__,
        concurrent.futures.as_completed.__code__,
    }
)
"""What a thread is in while others do its work."""
ON_ITS_WAY = 0.05
"""Seconds for a thread that has handed work over to begin to wait for it."""
IDLE = concurrent.futures.thread._worker.__code__
"""What an executor's thread is in between two calls."""


@dataclass(frozen=True)
class Transaction:
    """One that is open; `line` is where its outermost `atomic` of the code began.

    It is the test's own if Django's `TestCase` has opened it, and nothing else.
    """

    connection: BaseDatabaseWrapper
    number: str
    thread: threading.Thread
    line: Line
    of_test: bool

    @property
    def role(self) -> str:
        """What its thread is for, in the words of the guide."""
        return thread_role(self.thread)

    def waits(self) -> bool:
        """Whether it stands still until another thread has done something for it.

        A thread that has just handed work over is on its way there.
        """
        deadline = time.monotonic() + ON_ITS_WAY
        while not (found := waits(self.thread)) and time.monotonic() < deadline:
            time.sleep(0.001)
        return found


class Transactions:
    """Remembers the lines at which transactions and savepoints begin."""

    def __init__(self, connections: Connections, own: Own) -> None:
        self._connections, self._own = connections, own
        self._lines: WeakKeyDictionary[BaseDatabaseWrapper, dict[int, Line]] = (
            WeakKeyDictionary()
        )

    def note(self, connection: BaseDatabaseWrapper, kind: str) -> None:
        """Take note of a statement that begins or ends one."""
        if kind in BEGINS:
            depth = len(connection.atomic_blocks)
            lines = self._lines.setdefault(connection, {})
            lines[depth] = calling_line(self._own)
        elif kind in ENDS:
            self._lines.pop(connection, None)

    def of_others(self, connection: BaseDatabaseWrapper) -> Iterator[Transaction]:
        """Yield each that is open on another connection to the same database."""
        for one, thread in self._connections.now_open():
            if one is connection or one.alias != connection.alias:
                continue
            found = self._of(one, thread)
            if found is not None:
                yield found

    def around(self) -> Transaction | None:
        """Return the one of the code under test that the present call is in."""
        current = threading.current_thread()
        for one, thread in self._connections.now_open():
            found = self._of(one, thread)
            if found is None or found.of_test:
                continue
            if thread is current or waits(thread):
                return found
        return None

    def _of(
        self, one: BaseDatabaseWrapper, thread: threading.Thread
    ) -> Transaction | None:
        blocks = list(one.atomic_blocks)
        if not one.in_atomic_block or not blocks:
            return None
        codes = [i for i, b in enumerate(blocks) if not is_of_test(b)]
        lines = self._lines.get(one, {})
        return Transaction(
            one,
            self._connections.number(one),
            thread,
            lines.get(codes[0], NOWHERE) if codes else NOWHERE,
            not codes,
        )


def is_of_test(block: Any) -> bool:
    """Whether Django's `TestCase` has opened an atomic block, for its own use."""
    return bool(getattr(block, "_from_testcase", False))


def waits(thread: threading.Thread) -> bool:
    """Whether a thread stands still until another has done something for it."""
    if thread is threading.current_thread():
        return True
    stack = [f.f_code for f in outwards(sys._current_frames().get(thread.ident or 0))]
    return not WAITS.isdisjoint(stack) or stack[:1] == [IDLE]
