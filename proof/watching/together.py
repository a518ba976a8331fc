"""How much of a block is under way at the same time, whether or not it waits."""

import asyncio
import sys
import threading
from typing import Any

from asgiref.sync import SyncToAsync

from django_async_lint.watching.frames import innermost
from django_async_lint.watching.line import coroutine_frames
from django_async_lint.watching.loops import open_loops
from django_async_lint.watching.own import OneFile


def under_way_together(block: str) -> int:
    """Return how many threads, tasks or calls of the block are under way at once.

    A task that waits for other tasks, by itself or with `gather`, is not counted
    beside them. Calls are those that asgiref's one thread runs or has yet to run:
    the second of two may still be on its way to the block.
    """
    loops = open_loops()
    tasks = [task for loop in loops for task in asyncio.all_tasks(loop)]
    its_own = [task for task in tasks if _is_in(block, task)]
    return max(
        _threads_in(block),
        _calls(),
        sum(not _waits_for_tasks(task) for task in its_own),
        *(len(_gathered(task)) for task in its_own),
    )


def _calls() -> int:
    return 1 + SyncToAsync.single_thread_executor._work_queue.qsize()


def _threads_in(block: str) -> int:
    own, frames, found = OneFile(block), sys._current_frames(), 0
    for thread in threading.enumerate():
        found += innermost(own, frames.get(thread.ident or 0)) is not None
    return found


def _is_in(block: str, task: "asyncio.Task[object]") -> bool:
    return any(one.f_code.co_filename == block for one in coroutine_frames(task))


def _waits_for_tasks(task: "asyncio.Task[object]") -> bool:
    waits_for = getattr(task, "_fut_waiter", None)
    return bool(_gathered(task)) or issubclass(type(waits_for), asyncio.Task)


def _gathered(task: "asyncio.Task[object]") -> list[Any]:
    """Return what a task waits for with `gather`, and is not done."""
    children = getattr(getattr(task, "_fut_waiter", None), "_children", ())
    return [one for one in children if not one.done()]
