"""Exceptions that a future or a task holds, and that nobody asks for."""

import asyncio
import concurrent.futures
import functools
import itertools
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

CANCELLED = (concurrent.futures.CancelledError, asyncio.CancelledError)
FAILED = "_log_traceback"
"""What is true of a task whose exception nobody has asked for."""
MAX_ARGUMENT = 2_000
"""Characters of a message that are kept."""


class Unasked:
    """The exceptions in futures of threads and in tasks, for which nobody has asked.

    Only a future's words are kept: whoever keeps one keeps what its frames hold. A
    task tells by itself when it goes, so those are asked that stay to the end.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._texts: dict[int, str] = {}
        self._tasks: WeakSet[Any] = WeakSet()

    def listen(self) -> None:
        """Watch all futures of `concurrent.futures` from now on."""
        future = concurrent.futures.Future
        self._after(future, "set_exception", self._set)
        for name in ("result", "exception"):
            self._before(future, name)
        self._watch_tasks()

    def texts(self) -> list[str]:
        """Return what nobody has asked for."""
        kept = [one for one in list(self._tasks) if getattr(one, FAILED, False)]
        return [*self._texts.values(), *(_of("task", task._exception) for task in kept)]

    def _watch_tasks(self) -> None:
        make = asyncio.BaseEventLoop.create_task

        @functools.wraps(make)
        def made(loop: Any, coroutine: Any, **options: Any) -> Any:
            task = make(loop, coroutine, **options)
            self._tasks.add(task)
            return task

        setattr(asyncio.BaseEventLoop, "create_task", made)  # noqa: B010

    def _set(self, future: Any, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, CANCELLED):
            future._number = next(self._numbers)
            self._texts[future._number] = _of("future", error)

    def _after(self, kind: Any, name: str, note: Callable[[Any, Any], None]) -> None:
        method = getattr(kind, name)

        @functools.wraps(method)
        def noted(future: Any, value: Any) -> None:
            # Before the method, which wakes whoever will ask.
            note(future, value)
            method(future, value)

        setattr(kind, name, noted)

    def _before(self, kind: Any, name: str) -> None:
        method = getattr(kind, name)

        @functools.wraps(method)
        def asked(future: Any, *args: Any, **options: Any) -> Any:
            try:
                return method(future, *args, **options)
            finally:
                self._texts.pop(getattr(future, "_number", -1), None)

        setattr(kind, name, asked)


def _of(what: str, error: BaseException) -> str:
    said = f"{type(error).__name__}: {error}"[:MAX_ARGUMENT]
    return f"nobody asked a {what} for its {said}"
