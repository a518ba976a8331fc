"""Which line of the block a call comes from, through threads and coroutines."""

import asyncio
import functools
import gc
import sys
import time
from collections.abc import Iterator
from itertools import count
from types import AsyncGeneratorType, CoroutineType, FrameType
from typing import Any, TypeGuard, TypeVar

from proof.watching.frames import outwards

RUN_FOREVER = asyncio.BaseEventLoop.run_forever.__code__
Kind = TypeVar("Kind")
PATIENCE = 0.3
"""Seconds to look for a coroutine that is just on its way into its `await`."""
LOOKS = 100
"""Times to look for it: on a busy machine neither it nor this thread gets far."""


def line_in(block: str) -> int:
    """Return the block's line that the present call comes from, 0 if none.

    A function that runs in an executor's thread has the `await` that asked for it on
    no stack of its own. The two meet in the `functools.partial` that carries the
    call: it is a local of the waiting coroutine and of the executor's thread.
    """
    outer, carried, loops = _on_this_stack(block)
    deadline = time.monotonic() + PATIENCE
    for look in count() if carried and loops else ():
        for loop in loops:
            line = _line_on(loop, carried, block)
            if line is not None:
                return line or outer
        if look >= LOOKS and time.monotonic() > deadline:
            break
        time.sleep(0.0005)
    return outer


def coroutine_frames(task: "asyncio.Task[Any]") -> Iterator[FrameType]:
    """Yield where a task waits, from its outermost coroutine inwards."""
    awaited: Any = task.get_coro()
    while awaited is not None:
        if _is(awaited, CoroutineType):
            frame, awaited = awaited.cr_frame, awaited.cr_await
        elif _is(awaited, AsyncGeneratorType):
            frame, awaited = awaited.ag_frame, awaited.ag_await
        else:
            # `async for` waits for an object that only refers to its generator.
            steps = "asend" in type(awaited).__name__
            below = gc.get_referents(awaited) if steps else ()
            awaited = next((o for o in below if _is(o, AsyncGeneratorType)), None)
            continue
        if frame is None:
            return
        yield frame


def _on_this_stack(
    block: str,
) -> tuple[int, set[int], set[asyncio.AbstractEventLoop]]:
    """Return the block's line on this stack, and what is carried up to here."""
    carried: set[int] = set()
    loops: set[asyncio.AbstractEventLoop] = set()
    for frame in outwards(sys._getframe(2)):
        if frame.f_code.co_filename == block:
            return frame.f_lineno, carried, loops
        for value in list(frame.f_locals.values()):
            if _is(value, asyncio.AbstractEventLoop):  # type: ignore[type-abstract]
                loops.add(value)
            else:
                carried |= _partials(value)
    return 0, carried, loops


def _partials(value: object) -> set[int]:
    """Return the ids of the partial calls that a local holds."""
    if _is(value, functools.partial):
        return {id(value)} | _partials(value.args)
    if _is(value, tuple):
        return {id(one) for one in tuple.__iter__(value) if _is(one, functools.partial)}
    return set()


def _is(value: object, kind: type[Kind]) -> TypeGuard[Kind]:
    """Whether a value is of a kind, by its type alone.

    `isinstance` also asks the value for its `__class__`. A lazy object of Django's,
    such as `request.user`, sends a query to answer that.
    """
    return issubclass(type(value), kind)


def _line_on(
    loop: asyncio.AbstractEventLoop, carried: set[int], block: str
) -> int | None:
    """Return the block's line at which the loop asked for a carried call.

    The coroutine that asked is either suspended, below its task, or still on the
    stack of the loop's own thread, on its way into the `await`.
    """
    for task in _tasks(loop):
        line = _line_above(list(coroutine_frames(task)), carried, block)
        if line is not None:
            return line
    running = sys._current_frames().get(getattr(loop, "_thread_id", None) or 0)
    stack = list(outwards(running))[::-1]
    # Without the loop it is torn: a coroutine that was suspended just now has left it.
    whole = any(frame.f_code is RUN_FOREVER for frame in stack)
    return _line_above(stack, carried, block) if whole else None


def _line_above(frames: list[FrameType], carried: set[int], block: str) -> int | None:
    """Return the innermost block line above the frame that holds a carried call."""
    line = 0
    for frame in frames:
        if frame.f_code.co_filename == block:
            line = frame.f_lineno
        if any(_partials(value) & carried for value in list(frame.f_locals.values())):
            return line
    return None


def _tasks(loop: asyncio.AbstractEventLoop) -> Iterator["asyncio.Task[Any]"]:
    try:
        yield from asyncio.all_tasks(loop)
    except RuntimeError:
        return
