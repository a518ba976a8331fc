"""The event loops that were made, and what is left in them."""

import asyncio
import functools
from collections.abc import Callable
from weakref import WeakSet

LOOPS: WeakSet[asyncio.BaseEventLoop] = WeakSet()
"""Every event loop that was made since `watch_loops`.

Not found among `gc.get_objects()`: that also refers to tuples that another thread is
just making, which then cannot be finished (`SystemError: bad argument`).
"""


def watch_loops(tell: Callable[[asyncio.BaseEventLoop], None] | None = None) -> None:
    """Remember every event loop that this process makes from now on, and tell of it."""
    make = asyncio.BaseEventLoop.__init__

    @functools.wraps(make)
    def made(loop: asyncio.BaseEventLoop) -> None:
        make(loop)
        LOOPS.add(loop)
        if tell is not None:
            tell(loop)

    setattr(asyncio.BaseEventLoop, "__init__", made)  # noqa: B010


def open_loops() -> list[asyncio.BaseEventLoop]:
    """Return every event loop of this process that is not closed."""
    return [loop for loop in list(LOOPS) if not loop.is_closed()]


def pending_tasks(loop: asyncio.AbstractEventLoop) -> set["asyncio.Task[object]"]:
    """Return the tasks of a loop that will never be done, as the loop stands still."""
    return set() if loop.is_running() else asyncio.all_tasks(loop)
