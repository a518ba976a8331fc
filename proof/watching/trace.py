"""Every statement of an example: which thread, connection, transaction and line.

The trace listens; it changes neither what runs nor in what order. Statements come
through Django's own `execute_wrappers`; the beginning and end of a transaction, which
Django does not announce, through the connection's own methods.
"""

import asyncio
import functools
import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from proof.watching.block_line import line_in
from proof.watching.recorder import Notes
from proof.watching.threads import thread_role
from proof.watching.together import under_way_together

SERIAL = "❌ serial"
"""Stands in a block that claims how many of its statements run at a time."""
TABLE = re.compile(r'(?:FROM|INTO|UPDATE|TABLE) +["`]?(\w+)', re.IGNORECASE)


CLOSED_EACH_TIME = ("worker, ", "server, ")
"""Roles in which the main thread's connection is closed after each piece of work."""


class Trace:
    """Notes every statement of this process; `block` is the example's file."""

    def __init__(self, recorder: Notes, block: str) -> None:
        self._recorder = recorder
        self._block = block
        # Weak, so that listening keeps no connection open that would be closed.
        self._numbers: WeakKeyDictionary[BaseDatabaseWrapper, str] = WeakKeyDictionary()
        self._threads: WeakKeyDictionary[BaseDatabaseWrapper, threading.Thread] = (
            WeakKeyDictionary()
        )
        self._opened_so_far = 0
        self._to_close: set[str] = set()
        self._lock = threading.Lock()
        self._started = 0
        self._role = ""
        self._counts_together = False

    def enter(self, role: str) -> None:
        """Say what this process is, where an example has several."""
        self._role = f"{role}, " if role else ""
        with suppress(OSError):
            self._counts_together = SERIAL in Path(self._block).read_text("utf-8")
        self._to_close.clear()

    def start(self) -> None:
        """Listen to every connection that is opened from now on."""
        connection_created.connect(self._opened, weak=False)

    def left_open(self) -> int:
        """Return how many connections were opened and not closed by anybody.

        The calling thread's own is not counted where the program's end closes it. In a
        worker and a server Django closes it after each task and request. One that a
        task on that thread opened is counted, for nobody else can reach it.
        """
        return len(self._to_close | self._kept_by_the_main_thread())

    def _kept_by_the_main_thread(self) -> set[str]:
        if self._role not in CLOSED_EACH_TIME:
            return set()
        return {
            self._numbers[connection]
            for connection, thread in self.open_connections()
            if thread is threading.main_thread()
        }

    def open_connections(self) -> list[tuple[BaseDatabaseWrapper, threading.Thread]]:
        """Return every connection that is open, with the thread that opened it."""
        return [
            (connection, thread)
            for connection, thread in list(self._threads.items())
            if connection.connection is not None
        ]

    def _opened(self, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
        with self._lock:
            known = connection in self._threads
            self._threads[connection] = threading.current_thread()
            self._opened_so_far += 1
            self._numbers[connection] = f"C{self._opened_so_far}"
            if not _is_callers_own():
                self._to_close.add(self._numbers[connection])
        if not known:
            self._listen(connection)

    def _listen(self, connection: BaseDatabaseWrapper) -> None:
        close: Callable[[], None] = getattr(connection, "_close")  # noqa: B009

        def closed() -> None:
            self._to_close.discard(self._numbers[connection])
            close()

        setattr(connection, "_close", closed)  # noqa: B010
        # First, as whoever opens it within `execute_wrapper()` removes the last.
        connection.execute_wrappers.insert(0, self._statement)
        for name, kind in (("_commit", "COMMIT"), ("_rollback", "ROLLBACK")):
            self._watch(connection, name, lambda *a, kind=kind: kind)
        if connection.vendor != "sqlite":
            self._watch(
                connection,
                "_set_autocommit",
                lambda autocommit: None if autocommit else "BEGIN",
            )

    def _watch(
        self,
        connection: BaseDatabaseWrapper,
        name: str,
        kind_of: Callable[..., str | None],
    ) -> None:
        original = getattr(connection, name)

        @functools.wraps(original)
        def watched(*args: Any) -> Any:
            kind = kind_of(*args)
            if kind is not None and connection.connection is not None:
                self._note(connection, kind, "")
            return original(*args)

        setattr(connection, name, watched)

    def _statement(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        kind, table = describe(sql)
        number = self._note(context["connection"], kind, table)
        try:
            result = execute(sql, params, many, context)
        except BaseException:
            self._ended(number, True)
            raise
        self._ended(number, False)
        return result

    def _ended(self, number: str, failed: bool) -> None:
        together = under_way_together(self._block) if self._counts_together else 0
        self._recorder.note(
            "statement ended", number=number, failed=failed, together=together
        )

    def _note(self, connection: BaseDatabaseWrapper, kind: str, table: str) -> str:
        with self._lock:
            self._started += 1
            number = f"{os.getpid()}.{self._started}"
        self._recorder.note(
            "statement",
            number=number,
            thread=self._role + thread_role(),
            connection=f"{os.getpid()}.{self._numbers[connection]}",
            transaction="open" if connection.in_atomic_block else "autocommit",
            kind=kind,
            table=table,
            line=line_in(self._block),
        )
        return number


def _is_callers_own() -> bool:
    """Whether this is sync code of the main thread."""
    return (
        threading.current_thread() is threading.main_thread()
        and asyncio._get_running_loop() is None
    )


def describe(sql: str) -> tuple[str, str]:
    """Return the kind of a statement and the table that it is about."""
    words = sql.split(None, 3)
    kind = words[0].upper() if words else ""
    if kind in ("SAVEPOINT", "RELEASE"):
        return kind, ""
    if kind == "ROLLBACK" and len(words) > 1:
        return "ROLLBACK TO SAVEPOINT", ""
    table = TABLE.search(sql)
    return kind, table[1] if table else ""
