"""`run_async` runs a coroutine from sync code, over the caller's connection."""

import asyncio
import gc
import os
import signal
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from support import GOAL, fence, lanes_here, outcome_of, verdicts, written

from proof.report import Report
from proof.running.run import run

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

from bridge import _Call, run_async


async def fetch(number: int = 7) -> int:
    """Return the number, after the loop went round once."""
    await asyncio.sleep(0)
    return number


async def thread() -> threading.Thread:
    """Return the thread that sync code in a coroutine runs on."""
    return await sync_to_async(threading.current_thread)()


def test_it_returns_what_the_coroutine_returns() -> None:
    """The result comes back."""
    assert run_async(fetch(3)) == 3


def test_it_takes_anything_that_can_be_awaited() -> None:
    """An object with `__await__` will do."""

    class Later:
        def __await__(self) -> Any:
            return fetch(5).__await__()

    assert run_async(Later()) == 5


def test_it_raises_what_the_coroutine_raises() -> None:
    """An exception comes back as the same object, with the line that raised it."""
    error = KeyError(7)

    async def fail() -> None:
        raise error

    with pytest.raises(KeyError) as caught:
        run_async(fail())
    assert caught.value is error
    assert caught.traceback[-1].name == "fail"


def test_sync_code_inside_runs_on_the_calling_thread() -> None:
    """`sync_to_async` in the coroutine comes back to the caller, on any thread."""
    assert run_async(thread()) is threading.current_thread()
    found: list[bool] = []
    other = threading.Thread(
        target=lambda: found.append(run_async(thread()) is threading.current_thread())
    )
    other.start()
    other.join()
    assert found == [True]


def test_the_loop_runs_on_another_thread_and_is_closed() -> None:
    """The loop is not the caller's, and is closed when the call returns."""

    async def loop() -> tuple[asyncio.AbstractEventLoop, threading.Thread]:
        return asyncio.get_running_loop(), threading.current_thread()

    first, its_thread = run_async(loop())
    second, _ = run_async(loop())
    assert its_thread is not threading.current_thread()
    assert first is not second
    assert first.is_closed()
    assert second.is_closed()


def test_it_can_be_called_below_sync_to_async() -> None:
    """Called from code that `sync_to_async` runs, it uses the loop that is there."""

    async def outer() -> tuple[Any, Any]:
        def sync() -> Any:
            return run_async(inner())

        async def inner() -> Any:
            return asyncio.get_running_loop()

        return asyncio.get_running_loop(), await sync_to_async(sync)()

    mine, its = asyncio.run(outer())
    assert mine is its


@pytest.mark.parametrize("awaitable", [fetch, None], ids=["coroutine", "future"])
def test_on_a_running_loop_it_refuses(awaitable: Any) -> None:
    """On a running loop it says to await, and leaves no coroutine unawaited."""

    async def wrong() -> None:
        thing: Awaitable[Any] = fetch() if awaitable else asyncio.Future()
        run_async(thing)

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(RuntimeError) as caught:
            asyncio.run(wrong())
        text = str(caught.value)
        del caught  # Its frames hold the coroutine.
        gc.collect()
    assert not [one for one in warned if "never awaited" in str(one.message)]
    assert text == (
        "run_async() was called on a running event loop. "
        "In an async function, write `await ...` instead of `run_async(...)`."
    )


class Interrupted:
    """A coroutine that sleeps, and whose caller is interrupted in the meantime."""

    def __init__(self, clean_up: Callable[[], Any] = lambda: None) -> None:
        self.seen: list[Any] = []
        self._clean_up = clean_up

    async def sleep(self) -> None:
        """Interrupt the caller and sleep; when cancelled, clean up over the caller."""
        press_ctrl_c()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.seen.append(await sync_to_async(self._clean_up)())
            raise


def press_ctrl_c() -> None:
    """Interrupt the main thread, once it waits."""
    threading.Timer(0.05, os.kill, [os.getpid(), signal.SIGINT]).start()


def test_an_interrupt_cancels_the_coroutine() -> None:
    """Ctrl-C cancels what the coroutine awaits, and leaves the call as it came."""
    sleeper = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        run_async(sleeper.sleep())
    assert sleeper.seen == [None]


def test_an_interrupted_coroutine_is_served_while_it_cleans_up() -> None:
    """What it does in `except` or `finally` still runs on the calling thread."""
    sleeper = Interrupted(threading.current_thread)
    with pytest.raises(KeyboardInterrupt):
        run_async(sleeper.sleep())
    assert sleeper.seen == [threading.current_thread()]


def test_an_interrupt_comes_before_the_next_sync_call() -> None:
    """A coroutine that was about to call sync code does not get there."""
    seen: list[str] = []

    async def cancel() -> None:
        press_ctrl_c()
        try:
            await asyncio.sleep(0.2)
            await sync_to_async(seen.append)("called")
        except asyncio.CancelledError:
            seen.append("cancelled")

    with pytest.raises(KeyboardInterrupt):
        run_async(cancel())
    assert seen == ["cancelled"]


def test_an_interrupt_in_sync_code_reaches_the_coroutine() -> None:
    """Raised in sync code that the caller serves, it comes out of the `await`."""
    seen: list[BaseException] = []

    async def cancel() -> None:
        try:
            await sync_to_async(signal.raise_signal)(signal.SIGINT)
        except BaseException as error:
            seen.append(error)
            raise

    with pytest.raises(KeyboardInterrupt) as caught:
        run_async(cancel())
    assert seen == [caught.value]


def test_an_interrupt_reaches_a_coroutine_on_the_callers_loop() -> None:
    """Below a bridge, both coroutines end, and the outer one sees the interrupt."""
    sleeper = Interrupted()
    seen: list[BaseException] = []

    async def outer() -> None:
        try:
            await sync_to_async(lambda: run_async(sleeper.sleep()))()
        except BaseException as error:
            seen.append(error)
            raise

    with pytest.raises(KeyboardInterrupt) as caught:
        run_async(outer())
    assert sleeper.seen == [None]
    assert seen == [caught.value]


@pytest.mark.parametrize("bridge", [run_async, None], ids=["run_async", "asgiref"])
def test_after_an_interrupt_the_next_call_has_a_loop_of_its_own(bridge: Any) -> None:
    """The loop that is just ending is not mistaken for the loop of a caller."""
    with pytest.raises(KeyboardInterrupt):
        run_async(Interrupted().sleep())
    assert (bridge(fetch(3)) if bridge else async_to_sync(fetch)(3)) == 3


def test_an_interrupt_leaves_no_loop_and_no_thread() -> None:
    """The loop is closed and its thread ends, with what the coroutine had started."""
    threads = set(threading.enumerate())
    loops: list[asyncio.AbstractEventLoop] = []

    async def start() -> None:
        loops.append(asyncio.get_running_loop())
        task = asyncio.create_task(asyncio.sleep(30))
        await Interrupted().sleep()
        await task

    with pytest.raises(KeyboardInterrupt) as caught:
        run_async(start())
    del caught  # Its frames hold the executor of the loop's thread.
    gc.collect()
    for one in set(threading.enumerate()) - threads:
        one.join(10)
    assert set(threading.enumerate()) <= threads
    assert loops[0].is_closed()


def test_an_interrupt_before_the_loop_runs_keeps_the_coroutine_from_starting() -> None:
    """A coroutine whose caller has gone by the time that its loop runs is closed."""
    begun: list[bool] = []

    async def begin() -> None:
        begun.append(True)

    call = _Call(begin())
    call.end()
    with pytest.raises(asyncio.CancelledError):
        async_to_sync(call.run)()
    assert not begun


async def _items() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (
            fetch,
            "run_async() takes a coroutine and was handed the function fetch. "
            "Call it: run_async(fetch(...)).",
        ),
        (
            _items(),
            "run_async() takes a coroutine and was handed the async generator _items. "
            "Consume it in an `async def` function and pass that: "
            "`return [item async for item in items]`.",
        ),
        (
            7,
            "run_async() takes a coroutine and was handed int. "
            "Pass what calling an `async def` function returns: "
            "run_async(fetch(...)).",
        ),
        (
            None,
            "run_async() takes a coroutine and was handed NoneType. "
            "Pass what calling an `async def` function returns: "
            "run_async(fetch(...)).",
        ),
    ],
    ids=["function", "generator", "number", "nothing"],
)
def test_what_cannot_be_awaited_is_refused(thing: Any, message: str) -> None:
    """Anything else is refused, with what to write instead."""
    with pytest.raises(TypeError) as caught:
        run_async(thing)
    assert str(caught.value) == message


HEAD = """
from bridge import run_async
from django.db import transaction
from trading.models import Order


async def cancel():
    order = await Order.objects.aget(pk=7)
    order.status = "cancelled"
    await order.asave()


def act():
"""
COMMITS = f"{HEAD}    run_async(cancel())\n\n\n# ✅ committed: {GOAL}"
ROLLS_BACK = f"""{HEAD}    try:
        with transaction.atomic():
            run_async(cancel())
            print(Order.objects.get(pk=7).status)
            #> cancelled
            raise KeyError(7)
    except KeyError:
        pass


# ✅ rolled back: {GOAL}"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Run the bridge in autocommit and in a transaction, in every lane."""
    folder = tmp_path_factory.mktemp("bridge")
    examples = written(
        folder, fence("commits", COMMITS), fence("rolls-back", ROLLS_BACK)
    )
    report = run(examples, examples, lanes_here(), jobs=1)
    assert all(one.holds for one in verdicts(report, examples).values())
    return report


@pytest.mark.parametrize("name", ["commits", "rolls-back"])
@pytest.mark.parametrize("lane", ["sqlite", "postgresql"])
def test_it_is_part_of_the_callers_transaction(
    seen: Report, name: str, lane: str
) -> None:
    """Every statement inside is sent from the calling thread over its connection."""
    if lane not in lanes_here():
        pytest.skip(f"no server answers for the lane {lane}")
    outcome = outcome_of(seen, name, lane)
    assert {one.thread for one in outcome.statements} == {"main thread"}
    assert {one.connection for one in outcome.statements} == {"C1"}
    within = {one.transaction for one in outcome.statements if one.kind == "UPDATE"}
    assert within == {"open" if name == "rolls-back" else "autocommit"}
    back = {"trading_order"} if name == "rolls-back" else set()
    assert outcome.rolled_back() == back


def test_nothing_is_left_open(seen: Report) -> None:
    """After the call there is no loop, thread, task or connection of it."""
    assert not any(one.left for one in seen.outcomes)
