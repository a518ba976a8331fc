"""The one bridge from sync to async code."""

import asyncio
import inspect
from collections.abc import Awaitable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Generic, TypeVar

from asgiref.sync import AsyncToSync, SyncToAsync, async_to_sync

__all__ = ["run_async"]

T = TypeVar("T")


def run_async(awaitable: Awaitable[T]) -> T:
    """Run a coroutine from sync code and return its result.

    The coroutine runs on an event loop in another thread, while the calling thread
    waits and serves it: every `sync_to_async` call and every async ORM method inside
    runs on the **calling thread**, over its connection and in its transaction. A
    rollback of the caller takes those writes along. When the call returns, the loop
    is closed and nothing of it is left but the context variables that the coroutine
    has set: they are set for the caller too.

    Called from code that `sync_to_async` runs below an event loop, the coroutine
    runs on that loop. If the code that awaits there is cancelled, as when the
    client of a request leaves, so is the coroutine.

    An exception that interrupts the waiting, such as `KeyboardInterrupt` or Celery's
    `SoftTimeLimitExceeded`, cancels the coroutine. It is raised once the coroutine
    has cleaned up; a second one is raised at once.

    Args:
        awaitable: what calling an `async def` function returns: `run_async(fetch(pk))`.

    Returns:
        What the coroutine returns.

    Raises:
        RuntimeError: an event loop runs in this thread; `await` the coroutine there.
        TypeError: the argument cannot be awaited, such as a function not yet called.
        Exception: whatever the coroutine raises, unchanged.
    """
    if not inspect.isawaitable(awaitable):
        raise TypeError(_not_awaitable(awaitable))
    if _loop_runs_here():
        _close(awaitable)
        raise RuntimeError(
            "run_async() was called on a running event loop. "
            "In an async function, write `await ...` instead of `run_async(...)`."
        )

    call = _Call(awaitable)
    try:
        return async_to_sync(call.run)()
    except BaseException:
        call.end()
        raise


class _Call(Generic[T]):
    """A coroutine on its way, whose caller may be interrupted while it waits."""

    def __init__(self, awaitable: Awaitable[T]) -> None:
        self._awaitable = awaitable
        self._loop_above = getattr(SyncToAsync.threadlocal, "main_event_loop", None)
        self._task: asyncio.Task[Any] | None = None
        self._interrupted = False
        self._done: Future[None] = Future()

    async def run(self) -> T:
        """Await the coroutine, on the loop."""
        self._caller = AsyncToSync.executors.current
        self._task = asyncio.current_task()
        try:
            if self._interrupted:
                _close(self._awaitable)
                raise asyncio.CancelledError
            return await self._awaitable
        finally:
            self._done.set_result(None)

    def end(self) -> None:
        """Cancel the coroutine if it is not done, and serve it until it is."""
        self._interrupted = True
        try:
            if self._task is not None and not self._done.done():
                with suppress(RuntimeError):  # The loop is closed.
                    self._task.get_loop().call_soon_threadsafe(self._task.cancel)
                    self._caller.run_until_future(self._done)
        finally:
            # Else the next bridge of this thread would use the loop that now ends.
            SyncToAsync.threadlocal.main_event_loop = self._loop_above


def _close(awaitable: Awaitable[Any]) -> None:
    """Say that a coroutine was meant to be thrown away."""
    if inspect.iscoroutine(awaitable):
        awaitable.close()


def _loop_runs_here() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _not_awaitable(thing: object) -> str:
    name = getattr(thing, "__qualname__", None)
    if inspect.iscoroutinefunction(thing):
        return (
            f"run_async() takes a coroutine and was handed the function {name}. "
            f"Call it: run_async({name}(...))."
        )
    if inspect.isasyncgen(thing):
        return (
            f"run_async() takes a coroutine and was handed the async generator {name}. "
            "Consume it in an `async def` function and pass that: "
            "`return [item async for item in items]`."
        )
    return (
        f"run_async() takes a coroutine and was handed {type(thing).__name__}. "
        "Pass what calling an `async def` function returns: run_async(fetch(...))."
    )
