"""Judges what a test does: it listens in its process, and tells what it found."""

import asyncio
import functools
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from django_async_lint.guard.finding import Finding
from django_async_lint.guard.left import Baseline, Opened, findings
from django_async_lint.watching import queues
from django_async_lint.watching.born import Born, listen_to_dropped, remember_origins
from django_async_lint.watching.connections import Connections
from django_async_lint.watching.line import Line, calling_line
from django_async_lint.watching.own import Project
from django_async_lint.watching.threads import thread_role
from django_async_lint.watching.transactions import (
    WRITES,
    Transaction,
    Transactions,
)

UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"


class Guard:
    """Listens from `listen` on; a test is what lies between `begins` and `ends`."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self._connections = Connections(self)
        self._transactions = Transactions(self._connections, self.project)
        self._born = Born(self.project)
        self._opened: Opened = {}
        self._written: Counter[str] = Counter()
        self._found: list[Finding] = []
        self._baseline: Baseline | None = None

    def listen(self) -> None:
        """Listen to what this process does; it cannot be undone."""
        self._connections.start()
        connection_created.connect(self._was_opened, weak=False)
        self._born.listen()
        listen_to_dropped(self.project, self._dropped)

    def test_begins(self) -> None:
        """Take what is open by now as there before the test, and forget what was found.

        It may be called again once the fixtures are there.
        """
        queues.listen(self)
        remember_origins()
        self._found.clear()
        self.set_up_done()

    def set_up_done(self) -> None:
        """Take what fixtures have opened as there before the test."""
        self._baseline = Baseline(lambda: {*self._connections.to_close})

    def found(self) -> list[Finding]:
        """Return what the test did so far, each once."""
        return list(dict.fromkeys(self._found))

    def left(self) -> list[Finding]:
        """Return what the test leaves. What is on its way out is waited for."""
        if self._baseline is None:
            return []
        left = self._baseline.left()
        return list(findings(left, self._opened, self._born, self.project))

    def begins(self, connection: BaseDatabaseWrapper, kind: str, table: str) -> Any:
        """Judge a statement; what is found counts if it does not fail."""
        self._transactions.note(connection, kind)
        found: list[tuple[Finding, Transaction | None]] = []
        if os.environ.get(UNSAFE) and asyncio._get_running_loop() is not None:
            found.append((self._unsafe(connection, kind, table), None))
        if kind in WRITES:
            self._written[self._connections.number(connection)] += 1
            for one in self._transactions.of_others(connection):
                what = f"{kind} {table}".strip()
                found.append((self._escapes(connection, what, one), one))
        return found

    def ended(self, mark: Any, failed: bool) -> None:
        """Keep what was found of a statement that was done.

        Of another transaction of the code it is outside only if that waits for it. Two
        that meet in a test have nothing to do with each other.
        """
        for found, other in () if failed else mark:
            if other is None or other.of_test or other.waits():
                self._found.append(found)

    @contextmanager
    def queues(self, task: str, at_once: bool) -> Iterator[None]:
        """Judge a task that is queued within this.

        A queue that is a table of the same database is filled by the same commit.
        """
        around = self._transactions.around()
        line = self._line() if around else None
        before = self._written.copy()
        yield
        if around is None or line is None:
            return
        if at_once or self._written[around.number] == before[around.number]:
            says = f"{task} was queued ({thread_role()}) in {self._name(around)}"
            self._found.append(Finding("queued-early", says, line))

    def _escapes(
        self, connection: BaseDatabaseWrapper, what: str, other: Transaction
    ) -> Finding:
        number = self._connections.number(connection)
        says = (
            f"{what} went over connection {number} ({thread_role()}), "
            f"outside {self._name(other)}"
        )
        return Finding("other-connection", says, self._line())

    def _unsafe(
        self, connection: BaseDatabaseWrapper, kind: str, table: str
    ) -> Finding:
        number = self._connections.number(connection)
        says = f"{kind} {table} over {number} ({thread_role()}) holds up its loop"
        return Finding("unsafe-orm", says, self._line())

    def _dropped(self, name: str, line: Line) -> None:
        says = f"coroutine {name} was made and dropped"
        self._found.append(Finding("dropped-coroutine", says, line))

    def _was_opened(self, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
        number = self._connections.number(connection)
        self._opened[number] = (connection.alias, thread_role(), self._line())

    def _line(self) -> Line:
        return calling_line(self.project)

    def _name(self, one: Transaction) -> str:
        """Return a transaction in words."""
        whose = f"connection {one.number} ({one.role})"
        if one.of_test:
            return f"the test's own transaction on {whose}"
        began = (
            f" that began at {self.project.shorten(one.line.file)}:{one.line.number}"
        )
        return f"the transaction{began if one.line else ''} on {whose}"


@functools.cache
def guard_of_this_process(root: Path) -> Guard:
    """Return the guard, which listens from now on."""
    guard = Guard(root)
    guard.listen()
    return guard
