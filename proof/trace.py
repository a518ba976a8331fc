"""Every statement of an example: which thread, connection, transaction and line.

The trace listens; it changes neither what runs nor in what order. Statements come
through Django's own `execute_wrappers`; the beginning and end of a transaction, which
Django does not announce, through the connection's own methods.
"""

import asyncio
import functools
import gc
import re
import sys
import threading
from collections.abc import Callable, Iterator
from types import AsyncGeneratorType, CoroutineType, FrameType
from typing import Any
from weakref import WeakKeyDictionary

from asgiref.sync import SyncToAsync
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from proof.recorder import Recorder

TABLE = re.compile(r'(?:FROM|INTO|UPDATE|TABLE) +"?(\w+)"?', re.IGNORECASE)


class Trace:
    """Notes every statement of this process; `block` is the example's file."""

    def __init__(self, recorder: Recorder, block: str) -> None:
        self._recorder = recorder
        self._block = block
        # Weak, so that listening keeps no connection open that would be closed.
        self._numbers: WeakKeyDictionary[BaseDatabaseWrapper, str] = WeakKeyDictionary()
        self._threads: WeakKeyDictionary[BaseDatabaseWrapper, threading.Thread] = (
            WeakKeyDictionary()
        )
        self._opened_so_far = 0
        self._lock = threading.Lock()
        self._started = 0

    def start(self) -> None:
        """Listen to every connection that is opened from now on."""
        connection_created.connect(self._opened, weak=False)

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
        if not known:
            self._listen(connection)

    def _listen(self, connection: BaseDatabaseWrapper) -> None:
        connection.execute_wrappers.append(self._statement)
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
            self._recorder.note("statement ended", number=number, failed=True)
            raise
        self._recorder.note("statement ended", number=number, failed=False)
        return result

    def _note(self, connection: BaseDatabaseWrapper, kind: str, table: str) -> int:
        with self._lock:
            self._started += 1
            number = self._started
        self._recorder.note(
            "statement",
            number=number,
            thread=thread_role(),
            connection=self._numbers[connection],
            transaction="open" if connection.in_atomic_block else "autocommit",
            kind=kind,
            table=table,
            line=line_in(self._block),
        )
        return number


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


def thread_role(thread: threading.Thread | None = None) -> str:
    """Return what a thread is for, in the words of the guide."""
    thread = thread or threading.current_thread()
    if thread is threading.main_thread():
        return "main thread"
    if thread in getattr(SyncToAsync.single_thread_executor, "_threads", ()):
        return "sync_to_async thread"
    if thread.name.startswith("asyncio_"):
        return "pool thread"
    try:
        frame: FrameType | None = sys._current_frames()[thread.ident or 0]
    except KeyError:
        return "own thread"
    while frame is not None:
        if frame.f_code is asyncio.BaseEventLoop.run_forever.__code__:
            return "loop thread"
        frame = frame.f_back
    return "own thread"


def line_in(block: str) -> int:
    """Return the block's line that the present call comes from, 0 if none.

    A function that runs in an executor's thread has the `await` that asked for it on
    no stack of its own. The two meet in the `functools.partial` that carries the
    call: it is a local of the waiting coroutine and of the executor's thread.
    """
    outer = 0
    carried: set[int] = set()
    loops: set[asyncio.AbstractEventLoop] = set()
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == block:
            outer = frame.f_lineno
            break
        for value in list(frame.f_locals.values()):
            if isinstance(value, functools.partial):
                carried |= _inside(value)
            elif isinstance(value, asyncio.AbstractEventLoop):
                loops.add(value)
            elif isinstance(value, tuple):
                carried |= {
                    id(one) for one in value if isinstance(one, functools.partial)
                }
        frame = frame.f_back
    for loop in loops if carried else ():
        for task in _tasks(loop):
            line = _waiting_line(task, carried, block)
            if line:
                return line
    return outer


def _inside(partial: "functools.partial[Any]") -> set[int]:
    return {id(partial)} | {
        id(one) for one in partial.args if isinstance(one, functools.partial)
    }


def _tasks(loop: asyncio.AbstractEventLoop) -> Iterator["asyncio.Task[Any]"]:
    try:
        yield from asyncio.all_tasks(loop)
    except RuntimeError:
        return


def _waiting_line(task: "asyncio.Task[Any]", carried: set[int], block: str) -> int:
    line = 0
    for frame in coroutine_frames(task):
        if frame.f_code.co_filename == block:
            line = frame.f_lineno
        for value in list(frame.f_locals.values()):
            if isinstance(value, functools.partial) and id(value) in carried:
                return line
    return 0


def coroutine_frames(task: "asyncio.Task[Any]") -> Iterator[FrameType]:
    """Yield where a task waits, from its outermost coroutine inwards."""
    awaited: Any = task.get_coro()
    while awaited is not None:
        if isinstance(awaited, CoroutineType):
            frame, awaited = awaited.cr_frame, awaited.cr_await
        elif isinstance(awaited, AsyncGeneratorType):
            frame, awaited = awaited.ag_frame, awaited.ag_await
        else:
            # `async for` waits for an object that only refers to its generator.
            below = gc.get_referents(awaited) if "asend" in repr(awaited) else ()
            awaited = next(
                (o for o in below if isinstance(o, AsyncGeneratorType)), None
            )
            continue
        if frame is None:
            return
        yield frame
