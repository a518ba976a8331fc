"""Why a process does not end, told by the process itself when it is asked.

It cannot tell a wait for a lock: `proof.running.supervise` asks the database for that,
and decides when a wait is a hang.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

from asgiref.sync import SyncToAsync

from django_async_lint.watching.frames import outwards
from django_async_lint.watching.line import coroutine_frames
from django_async_lint.watching.loops import open_loops
from django_async_lint.watching.threads import thread_role
from proof.outcome import BUSY, DEAD_EXECUTOR, SLEEPING_LOOP, THREAD_NEVER_ENDS

IDLE = {
    ("selectors.py", "select"): "waits for events",
    ("threading.py", "wait"): "waits for another thread",
    ("threading.py", "join"): "waits for a thread to end",
    ("threading.py", "_shutdown"): "waits for a thread to end",
    ("thread.py", "_worker"): "waits for work",
    ("thread.py", "_python_exit"): "waits for a thread to end",
}


GIVEN = ("threading.py", "thread.py")
"""All that a thread runs which was given a function such as `time.sleep` itself."""


def describe_hang(block: str, main: FrameType | None) -> dict[str, Any]:
    """Return the reason for the hang, its line in the block and where each thread is.

    It is `endless` if nobody is left who could end it: every thread waits, without a
    limit, and no loop has a timer or listens to anybody outside. `main` is the main
    thread's frame as the signal found it.
    """
    tops = {
        thread: main if thread is threading.main_thread() else _top(thread)
        for thread in threading.enumerate()
    }
    stacks = {thread: _stack(frame) for thread, frame in tops.items()}
    return {
        "reason": _reason(stacks),
        "endless": _is_endless(stacks, tops.values()),
        "line": _line(stacks, block),
        "own": [_number(t) for t, s in stacks.items() if _is_of(s, block)],
        "timers": list(_timers()),
        "where": "; ".join(sorted(_sentence(t, s) for t, s in stacks.items())),
    }


Stack = list[tuple[str, str, int]]


def _top(thread: threading.Thread) -> FrameType | None:
    return sys._current_frames().get(thread.ident or 0)


def _stack(frame: FrameType | None) -> Stack:
    return [
        (one.f_code.co_filename, one.f_code.co_name, one.f_lineno)
        for one in outwards(frame)
    ]


def _reason(stacks: dict[threading.Thread, Stack]) -> str:
    everybody_waits = all(_activity(stack) for stack in stacks.values())
    if everybody_waits and _work_for_dead_thread():
        return DEAD_EXECUTOR
    mains = [_activity(stacks[t]) for t in stacks if t is threading.main_thread()]
    if mains == ["waits for a thread to end"]:
        return THREAD_NEVER_ENDS
    if everybody_waits and _loop_sleeps(stacks):
        return SLEEPING_LOOP
    return BUSY


def _is_endless(
    stacks: dict[threading.Thread, Stack], tops: Iterable[FrameType | None]
) -> bool:
    if not all(_activity(stack) for stack in stacks.values()):
        return False
    return _work_for_dead_thread() or (
        not any(_has_limit(frame) for frame in tops)
        and not any(_may_be_woken(loop) for loop in open_loops())
    )


def _timers() -> Iterator[float]:
    """Yield when the next timer of each loop is due."""
    for loop in open_loops():
        for timer in getattr(loop, "_scheduled", ())[:1]:
            yield timer.when()


def _number(thread: threading.Thread) -> int | None:
    """Return a thread's number in the system; after a fork Python has not the new."""
    return os.getpid() if thread is threading.main_thread() else thread.native_id


def _is_of(stack: Stack, block: str) -> bool:
    """Whether a thread runs the block, or a call that it was given without a frame."""
    files = {file for file, _, _ in stack}
    return block in files or {one.rpartition("/")[2] for one in files} <= set(GIVEN)


def _has_limit(frame: FrameType | None) -> bool:
    """Whether a thread waits for a time only."""
    for one in outwards(frame):
        code = one.f_code
        if (code.co_filename.rpartition("/")[2], code.co_name) in IDLE:
            return one.f_locals.get("timeout") not in (None, -1)
    return False


def _may_be_woken(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether a loop has a timer, or listens to more than to itself."""
    selector = getattr(loop, "_selector", None)
    listens_to = len(selector.get_map() or ()) if selector is not None else 0
    return bool(getattr(loop, "_scheduled", ())) or listens_to > 1


def _work_for_dead_thread() -> bool:
    """Whether calls wait in sync_to_async's executor, and its thread is gone."""
    executor = SyncToAsync.single_thread_executor
    threads: set[threading.Thread] = getattr(executor, "_threads", set())
    alive = any(thread.is_alive() for thread in threads)
    return bool(threads) and not alive and not executor._work_queue.empty()


def _loop_sleeps(stacks: dict[threading.Thread, Stack]) -> bool:
    """Whether a loop waits for events, with nothing to do later either.

    A server's own loop always has: it looks every now and then whether to end.
    """
    waiting = {
        thread.ident
        for thread, stack in stacks.items()
        if _activity(stack) == "waits for events"
    }
    return any(
        getattr(loop, "_thread_id", None) in waiting
        and not getattr(loop, "_scheduled", ())
        for loop in open_loops()
    )


def _activity(stack: Stack) -> str | None:
    for depth, (file, name, _) in enumerate(stack[:4]):
        found = IDLE.get((file.rpartition("/")[2], name))
        # Below a worker's loop runs the work, unless the loop itself is the top.
        if found is not None and (depth == 0 or name != "_worker"):
            return found
    return None


def _line(stacks: dict[threading.Thread, Stack], block: str) -> int:
    """Return where a thread works in the block, else where a task of it waits."""
    by_name = sorted(stacks.items(), key=lambda item: item[0].name)
    at_work = [stack for _, stack in by_name if not _activity(stack)]
    # What a loop waits for that has nothing to do later tells more than a server's.
    loops = sorted(open_loops(), key=lambda loop: bool(getattr(loop, "_scheduled", ())))
    waiting = [_stack_of(task) for loop in loops for task in asyncio.all_tasks(loop)]
    for stack in (*at_work, *waiting, *(stack for _, stack in by_name)):
        for file, _, line in stack:
            if file == block:
                return line
    return 0


def _stack_of(task: "asyncio.Task[object]") -> Stack:
    """Return where a task waits, the innermost of its coroutines first."""
    frames = reversed(list(coroutine_frames(task)))
    return [(f.f_code.co_filename, f.f_code.co_name, f.f_lineno) for f in frames]


def _sentence(thread: threading.Thread, stack: Stack) -> str:
    name = stack[0][1] if stack else "nothing"
    return f"{thread_role(thread)}: {_activity(stack) or f'runs {name}()'}"
