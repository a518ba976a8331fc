"""Every statement of an example: which thread, connection, transaction and line."""

import os
import threading
from contextlib import suppress
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from django_async_lint.watching.connections import Connections, Opened
from django_async_lint.watching.line import line_in
from django_async_lint.watching.threads import thread_role
from proof.watching.recorder import Notes
from proof.watching.together import under_way_together

SERIAL = "❌ serial"
"""Stands in a block that claims how many of its statements run at a time."""
CLOSED_EACH_TIME = ("worker, ", "server, ")
"""Roles in which the main thread's connection is closed after each piece of work."""


class Trace:
    """Notes every statement of this process; `block` is the example's file."""

    def __init__(self, recorder: Notes, block: str) -> None:
        self._recorder = recorder
        self._block = block
        self._connections = Connections(self)
        self._lock = threading.Lock()
        self._started = 0
        self._role = ""
        self._counts_together = False

    def enter(self, role: str) -> None:
        """Say what this process is, where an example has several."""
        self._role = f"{role}, " if role else ""
        with suppress(OSError):
            self._counts_together = SERIAL in Path(self._block).read_text("utf-8")
        self._connections.to_close.clear()

    def start(self) -> None:
        """Listen to every connection that is opened from now on."""
        self._connections.start()

    def left_open(self) -> int:
        """Return how many connections were opened and not closed by anybody.

        The calling thread's own is not counted where the program's end closes it. In a
        worker and a server Django closes it after each task and request. One that a
        task on that thread opened is counted, for nobody else can reach it.
        """
        return len(self._connections.to_close | self._kept_by_the_main_thread())

    def _kept_by_the_main_thread(self) -> set[str]:
        if self._role not in CLOSED_EACH_TIME:
            return set()
        return {
            self._connections.number(connection)
            for connection, thread in self.open_connections()
            if thread is threading.main_thread()
        }

    def open_connections(self) -> Opened:
        """Return every connection that is open, with the thread that opened it."""
        return self._connections.now_open()

    def ended(self, mark: str, failed: bool) -> None:
        """Note that a statement has ended, and how many others are under way."""
        together = under_way_together(self._block) if self._counts_together else 0
        self._recorder.note(
            "statement ended", number=mark, failed=failed, together=together
        )

    def begins(self, connection: BaseDatabaseWrapper, kind: str, table: str) -> str:
        """Note a statement before it is sent, and return its number."""
        with self._lock:
            self._started += 1
            number = f"{os.getpid()}.{self._started}"
        self._recorder.note(
            "statement",
            number=number,
            thread=self._role + thread_role(),
            connection=f"{os.getpid()}.{self._connections.number(connection)}",
            transaction="open" if connection.in_atomic_block else "autocommit",
            kind=kind,
            table=table,
            line=line_in(self._block),
        )
        return number
