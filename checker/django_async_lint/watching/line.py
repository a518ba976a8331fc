"""Which line of one's own code a call comes from, through threads and coroutines."""

import asyncio
import contextlib
import functools
import gc
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import AsyncGeneratorType, CoroutineType, FrameType
from typing import Any, NamedTuple, TypeGuard, TypeVar

import django

from django_async_lint.watching.frames import (
    RUN_FOREVER,
    Own,
    outwards,
)
from django_async_lint.watching.own import PACKAGE, OneFile

Kind = TypeVar("Kind")
PATIENCE = 0.3
"""Seconds to look for a coroutine that is just on its way into its `await`."""
LOOKS = 100
"""Times to look for it: on a busy machine neither it nor this thread gets far."""
NEVER_HANDS_OVER = (str(Path(django.__file__).parent), PACKAGE, contextlib.__file__)
"""Whose code asks no loop for a call by itself: it leaves that to asgiref."""


class Line(NamedTuple):
    """A line of code; the function that it is in. It is false where there is none."""

    file: str = ""
    number: int = 0
    function: str = ""

    def __bool__(self) -> bool:
        return self.number > 0


NOWHERE = Line()


def line_in(block: str) -> int:
    """Return the line of one file that the present call comes from, 0 if none."""
    return calling_line(OneFile(block)).number


def calling_line(own: Own, looks: int = LOOKS) -> Line:
    """Return the innermost line of one's own that the present call comes from.

    A function that runs in an executor's thread has the `await` that asked for it on
    no stack of its own. The two meet in the `functools.partial` that carries the
    call: it is a local of the waiting coroutine and of the executor's thread.
    Without `looks` nothing is waited for.
    """
    here, hands_over = _innermost(own, sys._getframe(1))
    outer = NOWHERE if here is None else _line_of(here)
    carried, loops = _carried(sys._getframe(1), here) if hands_over else ((), ())
    deadline = time.monotonic() + PATIENCE
    for look in count() if carried and loops else ():
        for loop in loops:
            line = _line_on(loop, {*carried}, own)
            if line is not None:
                return line or outer
        if look >= looks and (not looks or time.monotonic() > deadline):
            break
        time.sleep(0.0005)
    return outer


def _line_of(frame: FrameType) -> Line:
    code = frame.f_code
    return Line(code.co_filename, frame.f_lineno, code.co_name)


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


def _innermost(own: Own, frame: FrameType | None) -> tuple[FrameType | None, bool]:
    """Return the first own frame outwards, and whether a call was handed over below it.

    It may have been where code stands between that is not Django's. Most statements
    have none, and a look at the locals of each frame would cost more than they do.
    """
    hands_over = False
    while frame is not None:
        file = frame.f_code.co_filename
        if own(file):
            break
        hands_over = hands_over or _may_hand_over(file)
        frame = frame.f_back
    return frame, hands_over


@functools.cache
def _may_hand_over(file: str) -> bool:
    return not file.startswith(NEVER_HANDS_OVER)


def _carried(
    frame: FrameType | None, end: FrameType | None
) -> tuple[set[int], set[asyncio.AbstractEventLoop]]:
    """Return what is carried up to a frame, and the loops that may have asked for it.

    What is looked at are those below `end`.
    """
    carried: set[int] = set()
    loops: set[asyncio.AbstractEventLoop] = set()
    for one in outwards(frame):
        if one is end:
            break
        for value in list(one.f_locals.values()):
            if _is(value, asyncio.AbstractEventLoop):  # type: ignore[type-abstract]
                loops.add(value)
            else:
                carried |= _partials(value)
    return carried, loops


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
    loop: asyncio.AbstractEventLoop,
    carried: set[int],
    own: Own,
) -> Line | None:
    """Return one's own line at which the loop asked for a carried call.

    The coroutine that asked is either suspended, below its task, or still on the
    stack of the loop's own thread, on its way into the `await`.
    """
    for task in _tasks(loop):
        line = _line_above(list(coroutine_frames(task)), carried, own)
        if line is not None:
            return line
    running = sys._current_frames().get(getattr(loop, "_thread_id", None) or 0)
    stack = list(outwards(running))[::-1]
    # Without the loop it is torn: a coroutine that was suspended just now has left it.
    whole = any(frame.f_code is RUN_FOREVER for frame in stack)
    return _line_above(stack, carried, own) if whole else None


def _line_above(frames: list[FrameType], carried: set[int], own: Own) -> Line | None:
    """Return the innermost own line above the frame that holds a carried call."""
    line = NOWHERE
    for frame in frames:
        if own(frame.f_code.co_filename):
            line = _line_of(frame)
        if any(_partials(value) & carried for value in list(frame.f_locals.values())):
            return line
    return None


def _tasks(loop: asyncio.AbstractEventLoop) -> Iterator["asyncio.Task[Any]"]:
    try:
        yield from asyncio.all_tasks(loop)
    except RuntimeError:
        return
