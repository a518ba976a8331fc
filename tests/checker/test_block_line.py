"""Which line of a block a call comes from, when it stands on another thread's stack."""

import asyncio
import functools
import sys
import types
from itertools import count
from types import SimpleNamespace

import pytest

from django_async_lint.watching import line as block_line
from django_async_lint.watching.line import (
    Line,
    _line_on,
    coroutine_frames,
    line_in,
)
from django_async_lint.watching.own import OneFile

CARRIED = functools.partial(print)


@types.coroutine
def pause():
    """Suspend whoever awaits it."""
    yield


async def hands_over(carried):
    """Wait, as the coroutine does that gave the partial to a thread."""
    await pause()


def test_a_torn_stack_tells_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A coroutine that was suspended during the look is looked for once more.

    Its frame is then on no stack: what called it, the block's own line, is missing.
    """
    loop = asyncio.new_event_loop()
    coroutine = hands_over(CARRIED)
    coroutine.send(None)
    monkeypatch.setattr(loop, "_thread_id", 1, raising=False)
    monkeypatch.setattr(sys, "_current_frames", lambda: {1: coroutine.cr_frame})
    assert _line_on(loop, {id(CARRIED)}, OneFile(__file__)) is None
    monkeypatch.undo()
    coroutine.close()
    loop.close()


def test_the_running_stack_tells_the_line() -> None:
    """A call that is just being handed over is found on the loop's own stack."""
    found = []

    async def asks(loop: asyncio.AbstractEventLoop) -> None:
        look(loop, CARRIED)  # The line that is meant.

    def look(loop: asyncio.AbstractEventLoop, carried: object) -> None:
        found.append(_line_on(loop, {id(carried)}, OneFile(__file__)))

    async def main() -> None:
        await asks(asyncio.get_running_loop())

    asyncio.run(main())
    number = look.__code__.co_firstlineno + 1
    assert found == [Line(__file__, number, "look")]


class Lazy:
    """Does not want to be asked what it is, like Django's lazy objects."""

    asked = 0

    @property
    def __class__(self) -> type:
        """Answer, and count that it was asked."""
        Lazy.asked += 1
        return functools.partial

    def __repr__(self) -> str:
        Lazy.asked += 1
        return "asend"

    def __await__(self):
        """Suspend whoever awaits it."""
        yield


def test_a_look_evaluates_no_lazy_object() -> None:
    """Whoever looks at a frame's locals looks at types, and asks no object anything."""

    async def awaits(lazy: Lazy) -> None:
        await lazy

    def called(lazy: Lazy, several: tuple[Lazy, ...]) -> int:
        return line_in("another file")

    async def main() -> int:
        lazy = Lazy()
        task = asyncio.ensure_future(awaits(lazy))
        await asyncio.sleep(0)
        list(coroutine_frames(task))
        line = called(lazy, (lazy, lazy))
        task.cancel()
        return line

    Lazy.asked = 0
    assert asyncio.run(main()) == 0
    assert Lazy.asked == 0


def test_a_line_is_looked_for_many_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the time is over before the coroutine has come to its await."""
    looks = count()
    found = SimpleNamespace(on=lambda *_: Line("a.py", 7) if next(looks) > 50 else None)
    monkeypatch.setattr(block_line, "PATIENCE", 0.0)
    monkeypatch.setattr(block_line, "_carried", lambda *_: ({1}, {object()}))
    monkeypatch.setattr(block_line, "_line_on", found.on)
    assert line_in("block.py") == 7
