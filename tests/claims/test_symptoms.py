"""Each symptom is measured by a run: one that shows it, and one that does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent

import pytest
from support import CANCEL, GOAL, fence, lanes_here, verdicts, written

from proof.running.run import run
from proof.verdict import Verdict

NO_ORDERS = "Order.objects.count() == 0"
OLD_NAME = (
    "❌ warns DeprecationWarning: "
    "currentThread() is deprecated, use current_thread() instead"
)
LIMIT = 8.0
HEAD = """
import asyncio
import threading
import time

from asgiref.sync import SyncToAsync, async_to_sync, sync_to_async
from django.db import connection, transaction
from trading.models import Order

MINE = Order.objects.filter(pk=7)
kept = []


def cancel():
    MINE.update(status="cancelled")


def cancel_and_close():
    cancel()
    connection.close()


def in_thread(function, **options):
    thread = threading.Thread(target=function, **options)
    thread.start()
    return thread
"""


@dataclass(frozen=True)
class Pair:
    """Claims, code that shows what they say, code that does not, and what is said."""

    claims: str
    shows: str
    does_not: str
    seen: str
    lanes: tuple[str, ...] = ("sqlite", "postgresql")
    place: str = "service"


def block(body: str, claims: str) -> str:
    """Return a block's code: `act()` with a body, and claims apart from it."""
    indented = "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    return f"{HEAD}\n\ndef act():\n{indented}\n\n{dedent(claims).strip()}"


def urls(body: str, claims: str) -> str:
    """Return a URLconf: an async view with a body, what is printed, and claims."""
    code = block(body, f"#> GET / 200 {{}}\n{claims}").replace(
        "def act():", "async def act(request):"
    )
    return f"{code}\n{URLS}"


URLS = """
from django.http import JsonResponse
from django.urls import path

urlpatterns = [path("", act)]
"""
ESCAPE = """
try:
    with transaction.atomic():
        {}
        raise KeyError(7)
except KeyError:
    pass
"""
OTHER_THREAD = ESCAPE.format("in_thread(cancel_and_close).join()")
SAME_THREAD = ESCAPE.format("cancel()")
GATHER = """
met = threading.Barrier(2)

def slowly(execute, *args):
    try:
        met.wait({1})
    except threading.BrokenBarrierError:
        pass
    return execute(*args)

def count():
    with connection.execute_wrapper(slowly):
        Order.objects.count()
    connection.close()

async def both():
    await asyncio.gather(*(sync_to_async(count, thread_sensitive={0})() for _ in "ab"))

async_to_sync(both)()
"""
DEAD_THREAD = """
import ctypes

async def no_thread():
    await sync_to_async(time.time)()
    (thread,) = SyncToAsync.single_thread_executor._threads
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
    )
    await asyncio.gather(*(sync_to_async(time.time)() for _ in "ab"))

asyncio.run(no_thread())
"""
LOCK = """
with transaction.atomic():
    Order.objects.select_for_update().get(pk=7)
    in_thread(cancel_and_close).join({})
"""

PAIRS = {
    "raises": Pair(
        f"# ❌ lost: {GOAL}",
        "int('x')  # ❌ raises ValueError: invalid literal for int()…",
        "str('x')  # ❌ raises ValueError: invalid literal for int()…",
        "no exception",
    ),
    "lost": Pair(f"# ❌ lost: {GOAL}", "MINE.exists()", "cancel()", "it is True"),
    "escaped": Pair(f"# ❌ escaped: {GOAL}", OTHER_THREAD, SAME_THREAD, "it is False"),
    "escaped from no transaction": Pair(
        f"# ❌ escaped: {GOAL}",
        OTHER_THREAD,
        "cancel()",
        "no ROLLBACK in the trace",
        ("sqlite",),
    ),
    "partial": Pair(
        f"# ❌ partial: {GOAL}\n# ❌ lost: {GOAL} and Order.objects.count() == 1",
        "cancel()\n{}[1]  # ❌ raises KeyError: 1",
        "{}[1]  # ❌ raises KeyError: 1",
        "it is False",
    ),
    "partial without an end": Pair(
        f"# ❌ partial: {GOAL}",
        "cancel()\n{}[1]  # ❌ raises KeyError: 1",
        "cancel()",
        "it ran to its end",
        ("sqlite",),
    ),
    "corrupt": Pair(
        f"# ❌ corrupt: {NO_ORDERS}",
        "Order.objects.all().delete()",
        "pass",
        "it is False",
    ),
    "corrupt with an exception": Pair(
        f"# ❌ corrupt: {NO_ORDERS}",
        "Order.objects.all().delete()",
        "Order.objects.all().delete()\nraise KeyError(1)",
        "raises KeyError: 1",
        ("sqlite",),
    ),
    "hangs: sleeping loop": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ hangs: sleeping loop",
        "asyncio.run(asyncio.Event().wait())",
        "asyncio.run(asyncio.sleep(0))",
        "it ended: returned",
    ),
    "hangs: thread never ends": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ hangs: thread never ends",
        "in_thread(threading.Event().wait)",
        "in_thread(time.time)",
        "it ended: returned",
        ("sqlite",),
    ),
    "hangs: dead executor thread": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ hangs: dead executor thread",
        DEAD_THREAD,
        "asyncio.run(asyncio.Event().wait())",
        "hangs: sleeping loop (",
        ("sqlite",),
    ),
    "hangs: busy": Pair(
        f"# ❌ lost: {GOAL}",
        "while True: pass  # ❌ hangs: busy",
        "while not time.time(): pass  # ❌ hangs: busy",
        "it ended: returned",
        ("sqlite",),
    ),
    "hangs: lock wait": Pair(
        f"# ❌ lost: {GOAL} and Order.objects.count() == 1\n# ❌ hangs: lock wait",
        LOCK.format(""),
        LOCK.format("0.1"),
        "it ended: ",
        ("postgresql",),
    ),
    "leaks a connection": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ leaks 1 connection",
        "def count():\n    Order.objects.count()\n"
        "    kept.append(connection._connections['default'])\nin_thread(count).join()",
        "def count():\n    Order.objects.count()\n    connection.close()\n"
        "in_thread(count).join()",
        "left open: nothing",
    ),
    "leaks descriptors": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ leaks 2 descriptors",
        "MINE.exists()\nimport socket\nkept.extend(socket.socketpair())",
        "import socket\nfor one in socket.socketpair():\n    one.close()",
        "left open: nothing",
        ("sqlite",),
    ),
    "leaks a thread": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ leaks 1 thread",
        "MINE.exists()\nin_thread(threading.Event().wait, daemon=True)",
        "in_thread(time.time)",
        "left open: nothing",
        ("sqlite",),
    ),
    "leaks a loop": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ leaks 1 loop",
        "MINE.exists()\nkept.append(asyncio.new_event_loop())",
        "asyncio.new_event_loop().close()",
        "left open: nothing",
        ("sqlite",),
    ),
    "leaks a task": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ leaks 1 loop, 1 task",
        "MINE.exists()\nkept.append(asyncio.new_event_loop())\n"
        "kept.append(kept[0].create_task(asyncio.sleep(9)))\n"
        "kept[0].run_until_complete(asyncio.sleep(0))",
        "kept.append(asyncio.new_event_loop())",
        "left open: 1 loop",
        ("sqlite",),
    ),
    "blocks": Pair(
        f"# ❌ lost: {GOAL}",
        "time.sleep(0.8)  # ❌ blocks: the event loop\nreturn JsonResponse({})",
        "await asyncio.sleep(0.8)  # ❌ blocks: the event loop\n"
        "return JsonResponse({})",
        "the loop never stood still",
        ("sqlite",),
        "view",
    ),
    "blocks at another line": Pair(
        f"# ❌ lost: {GOAL}",
        "time.sleep(0.8)  # ❌ blocks: the event loop\nreturn JsonResponse({})",
        "time.sleep(0.8)\nreturn JsonResponse({})  # ❌ blocks: the event loop",
        "the event loop stood still at line ",
        ("sqlite",),
        "view",
    ),
    "serial": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ serial: 1 at a time",
        GATHER.format("True", 0.5),
        GATHER.format("False", 6),
        "2 statements under way at once",
        ("sqlite",),
    ),
    "warns": Pair(
        f"# ❌ lost: {GOAL}",
        f"threading.currentThread()  # {OLD_NAME}",
        f"threading.activeCount()  # {OLD_NAME}",
        "DeprecationWarning: activeCount() is deprecated, use active_count() instead",
    ),
    "warns of a thread": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ warns threading: KeyError: 7",
        "in_thread({}.pop, args=[7]).join()",
        "in_thread({}.clear).join()",
        "no warning",
        ("sqlite",),
    ),
    "warns of a loop": Pair(
        f"# ❌ lost: {GOAL}\n# ❌ warns asyncio: Task exception was never retrieved",
        "async def wrong():\n    raise KeyError(7)\n"
        "async def begin():\n    task = asyncio.create_task(wrong())\n"
        "    await asyncio.sleep(0)\nasyncio.run(begin())",
        "import logging\nlogger = logging.getLogger('asyncio')\n"
        "async def begin():\n    asyncio.get_running_loop().call_soon("
        "logger.error, 'Task exception was never retrieved')\nasyncio.run(begin())",
        "given by the block itself",
        ("sqlite",),
    ),
    "warns apart": Pair(
        f"# ❌ lost: {GOAL}\n"
        "# ❌ warns RuntimeWarning: coroutine 'sleep' was never awaited",
        "asyncio.sleep(0)",
        "asyncio.run(asyncio.sleep(0))",
        "no warning",
        ("sqlite",),
    ),
    "committed": Pair(f"# ✅ committed: {GOAL}", "cancel()", "pass", "it is False"),
    "rolled back": Pair(
        f"# ✅ rolled back: {GOAL}",
        SAME_THREAD,
        "pass",
        "no transaction wrote and then rolled back",
    ),
    "rolled back and yet there": Pair(
        f"# ✅ rolled back: {GOAL}",
        SAME_THREAD,
        OTHER_THREAD,
        "it is True",
    ),
}
TWINS = (
    fence("commits", CANCEL),
    fence(
        "serves",
        urls(
            'await MINE.aupdate(status="cancelled")\nreturn JsonResponse({})',
            f"# ✅ committed: {GOAL}",
        ),
        place="view",
        call="get('/')",
    ),
    fence("rolls", block(SAME_THREAD, f"# ✅ rolled back: {GOAL}")),
    fence(
        "only",
        block(
            "cancel()\nOrder.objects.exclude(pk=7).delete()",
            f"# ✅ committed: {GOAL} and Order.objects.count() == 1",
        ),
    ),
)


def blocks() -> list[str]:
    """Return two blocks for each pair: one that shows it, one that does not."""
    found = []
    for name, pair in PAIRS.items():
        good = "✅" in pair.claims
        twin = "rolls" if "escaped" in pair.claims else "commits"
        twin = "serves" if pair.place == "view" else twin
        twin = "only" if "count() == 1" in pair.claims else twin
        for code, way in ((pair.shows, "shows"), (pair.does_not, "not")):
            claims = "".join(
                f"{line} [{pair.lanes[0]}]\n" if len(pair.lanes) == 1 else f"{line}\n"
                for line in pair.claims.splitlines()
            )
            found.append(
                fence(
                    f"{_id(name)}-{way}",
                    (urls if pair.place == "view" else block)(code, claims),
                    "✅ It works" if good else "❌ It fails",
                    twin=None if good else twin,
                    place=pair.place,
                    call="get('/')" if pair.place == "view" else None,
                )
            )
    return found


def _id(name: str) -> str:
    return name.replace(": ", "-").replace(" ", "-")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Verdict]:
    """Run all pairs once, each in its lanes, as far as they are here."""
    folder = tmp_path_factory.mktemp("symptoms")
    examples = written(folder, *TWINS, *blocks())
    found: dict[tuple[str, str], Verdict] = {}
    for lane in lanes_here():
        mine = [example for example in examples if example.claims_for(lane)]
        found |= verdicts(run(mine, examples, [lane], limit=LIMIT, jobs=4), examples)
    return found


CASES = [(name, lane) for name, pair in PAIRS.items() for lane in pair.lanes]


@pytest.mark.parametrize(("name", "lane"), CASES)
def test_a_run_that_shows_it_holds(
    seen: Mapping[tuple[str, str], Verdict], name: str, lane: str
) -> None:
    """A symptom that is there is measured, and the claim holds."""
    _answers(lane)
    verdict = seen[f"{_id(name)}-shows", lane]
    assert verdict.holds, str(verdict)


@pytest.mark.parametrize(("name", "lane"), CASES)
def test_a_run_that_does_not_is_refuted(
    seen: Mapping[tuple[str, str], Verdict], name: str, lane: str
) -> None:
    """A symptom that is not there refutes the claim, and the verdict says what was."""
    _answers(lane)
    verdict = seen[f"{_id(name)}-not", lane]
    assert not verdict.holds
    told = [reason.seen for reason in verdict.reasons]
    assert any(one.startswith(PAIRS[name].seen) for one in told), told


@pytest.mark.parametrize("twin", ["commits", "serves", "rolls", "only"])
@pytest.mark.parametrize("lane", ["sqlite", "postgresql"])
def test_the_twins_hold(
    seen: Mapping[tuple[str, str], Verdict], twin: str, lane: str
) -> None:
    """What the ❌ are compared with does what it says."""
    _answers(lane)
    # What a pair above says is wrong is asked of its twin as well.
    verdict = seen[twin, lane]
    wrong = [one for one in verdict.reasons if "as in" not in one.claimed]
    assert not wrong, str(verdict)


def _answers(lane: str) -> None:
    if lane not in lanes_here():
        pytest.skip(f"no server answers for the lane {lane}")
