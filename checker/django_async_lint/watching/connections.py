"""Every statement that Django sends, and each beginning and end of a transaction.

It listens, and changes neither what runs nor in what order. Statements come through
Django's own `execute_wrappers`; the beginning and end of a transaction, which Django
does not announce, through the connection's own methods.
"""

import asyncio
import functools
import re
import threading
from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+", re.DOTALL)
"""What stands before a statement and is none."""
TABLE = re.compile(r'(?:FROM|INTO|UPDATE|TABLE) +["`]?(\w+)', re.IGNORECASE)
LONG = 2_000
"""Characters of a statement that is not remembered, such as one with many rows."""
Opened = list[tuple[BaseDatabaseWrapper, threading.Thread]]


class Hears(Protocol):
    """Who is told what connections do."""

    def begins(self, connection: BaseDatabaseWrapper, kind: str, table: str) -> Any:
        """Hear of a statement before it is sent; what is returned comes back."""

    def ended(self, mark: Any, failed: bool) -> None:
        """Hear that the statement with this mark has ended."""


class Connections:
    """Listens to every connection that is opened from `start` on."""

    def __init__(self, hears: Hears) -> None:
        self._hears = hears
        # Weak, so that listening keeps no connection open that would be closed.
        self._numbers: WeakKeyDictionary[BaseDatabaseWrapper, str] = WeakKeyDictionary()
        self._threads: WeakKeyDictionary[BaseDatabaseWrapper, threading.Thread] = (
            WeakKeyDictionary()
        )
        self._opened_so_far = 0
        self._lock = threading.Lock()
        self.to_close: set[str] = set()
        """Those that nobody closes if whoever opened them does not."""

    def start(self) -> None:
        """Listen to every connection that is opened from now on."""
        connection_created.connect(self.opened, weak=False)

    def number(self, connection: BaseDatabaseWrapper) -> str:
        """Return what a connection is called, in order of opening."""
        return self._numbers[connection]

    def now_open(self) -> Opened:
        """Return every connection that is open, with the thread that opened it."""
        return [
            (connection, thread)
            for connection, thread in list(self._threads.items())
            if connection.connection is not None
        ]

    def opened(self, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
        """Listen to a connection that was opened by the present thread."""
        with self._lock:
            known = connection in self._threads
            self._threads[connection] = threading.current_thread()
            self._opened_so_far += 1
            self._numbers[connection] = f"C{self._opened_so_far}"
            if not _is_callers_own():
                self.to_close.add(self._numbers[connection])
        if not known:
            self._listen(connection)

    def _listen(self, connection: BaseDatabaseWrapper) -> None:
        close: Callable[[], Any] = getattr(connection, "_close")  # noqa: B009

        def closed() -> Any:
            self.to_close.discard(self._numbers[connection])
            return close()  # To be awaited, where another backend's is async.

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
                self._hears.begins(connection, kind, "")
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
        mark = self._hears.begins(context["connection"], *describe(sql))
        try:
            result = execute(sql, params, many, context)
        except BaseException:
            self._hears.ended(mark, True)
            raise
        self._hears.ended(mark, False)
        return result


def _is_callers_own() -> bool:
    """Whether this is sync code of the main thread."""
    return (
        threading.current_thread() is threading.main_thread()
        and asyncio._get_running_loop() is None
    )


def describe(sql: str) -> tuple[str, str]:
    """Return the kind of a statement and the table that it is about."""
    return _known(sql) if len(sql) < LONG else _described(sql)


@functools.lru_cache(maxsize=500)
def _known(sql: str) -> tuple[str, str]:
    return _described(sql)


def _described(sql: str) -> tuple[str, str]:
    sql = COMMENTS.sub("", sql)
    words = sql.split(None, 3)
    kind = words[0].upper() if words else ""
    if kind in ("SAVEPOINT", "RELEASE"):
        return kind, ""
    if kind == "ROLLBACK" and len(words) > 1:
        return "ROLLBACK TO SAVEPOINT", ""
    table = TABLE.search(sql)
    return kind, table[1] if table else ""
