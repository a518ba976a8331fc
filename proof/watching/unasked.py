"""Exceptions that a future or a task holds, and that nobody asks for."""

import asyncio
import concurrent.futures
import functools
import gc
import itertools
from collections.abc import Callable
from typing import Any

CANCELLED = (concurrent.futures.CancelledError, asyncio.CancelledError)
FAILED = "_log_traceback"
"""What is true of a future or a task of asyncio that nobody asked for its exception."""
MAX_ARGUMENT = 2_000
"""Characters of a message that are kept."""


class Unasked:
    """The exceptions in futures of threads and in tasks, for which nobody has asked.

    Only the words of a thread's future are kept: whoever keeps one keeps what its
    frames hold. Those of asyncio tell by themselves when they go, so those are asked
    that stay to the end.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._texts: dict[int, str] = {}

    def listen(self) -> None:
        """Watch all futures of `concurrent.futures` from now on."""
        future = concurrent.futures.Future
        self._after(future, "set_exception", self._set)
        for name in ("result", "exception"):
            self._before(future, name)

    def texts(self) -> list[str]:
        """Return what nobody has asked for."""
        return [*self._texts.values(), *sorted(_held_by_asyncio())]

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


def _held_by_asyncio() -> set[str]:
    """Return what futures hold that are there; one may hand its exception to another.

    Types are looked at, as to ask an object for its class evaluates one that is lazy.
    """
    return {
        _of("task", one._exception)
        for one in gc.get_objects()
        if issubclass(type(one), asyncio.Future) and getattr(one, FAILED, False)
    }


def _of(what: str, error: BaseException) -> str:
    said = f"{type(error).__name__}: {error}"[:MAX_ARGUMENT]
    return f"nobody asked a {what} for its {said}"
