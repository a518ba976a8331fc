"""Which line of a block is named when a process does not end."""

import asyncio
from collections.abc import Iterator

import pytest

from proof.watching import hang

BLOCK = "block.py"
WAITS = "\n".join(
    [
        "async def served(event):",
        "    await event.wait()",
        "async def asleep(event):",
        "    await event.wait()",
    ]
)


@pytest.fixture
def loops() -> Iterator[list[asyncio.AbstractEventLoop]]:
    """A server's loop, which looks after itself every now and then, and one asleep."""
    made = [asyncio.new_event_loop() for _ in range(2)]
    code: dict = {}
    exec(compile(WAITS, BLOCK, "exec"), code)
    tasks = []
    for loop, name in zip(made, ("served", "asleep"), strict=True):
        tasks.append(loop.create_task(code[name](asyncio.Event())))
        loop.run_until_complete(asyncio.sleep(0))
    made[0].call_later(60, print)
    yield made
    for loop, task in zip(made, tasks, strict=True):
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()


@pytest.mark.parametrize("order", [1, -1])
def test_sleeping_loop_comes_first(loops, order, monkeypatch):
    """The line of a loop with nothing to do is named, whichever was made first."""
    monkeypatch.setattr(hang, "open_loops", lambda: loops[::order])
    assert hang._line({}, BLOCK) == 4
