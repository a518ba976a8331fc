"""The one bridge from sync to async code."""

import asyncio
import inspect
from collections.abc import Awaitable
from typing import TypeVar

from asgiref.sync import async_to_sync

__all__ = ["run_async"]

T = TypeVar("T")


def run_async(awaitable: Awaitable[T]) -> T:
    """Run a coroutine from sync code and return its result.

    The coroutine runs on an event loop in another thread, while the calling thread
    waits and serves it: every `sync_to_async` call and every async ORM method inside
    runs on the **calling thread**, over its connection and in its transaction. A
    rollback of the caller takes those writes along. When the call returns, the loop
    is closed and nothing of it is left.

    Called from code that `sync_to_async` runs below an event loop, the coroutine
    runs on that loop.

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
        if inspect.iscoroutine(awaitable):
            awaitable.close()
        raise RuntimeError(
            "run_async() was called on a running event loop. "
            "In an async function, write `await ...` instead of `run_async(...)`."
        )

    async def wait_for_it() -> T:
        return await awaitable

    return async_to_sync(wait_for_it)()


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
