"""A ✅ is quiet: an error that is only logged, or raised nowhere, refutes it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import GOAL, LOOK, fence, verdicts, written

from proof.running.run import run
from proof.verdict import Verdict

HEAD = """
import logging
import os
import threading
import warnings

from celery import shared_task, signals
from django.db import transaction
from trading.models import Order


kept = []


def cancel():
    Order.objects.filter(pk=7).update(status="cancelled")

"""
SERVICES = {
    "logs": ("logging.getLogger('mine').error('it broke')", "mine: it broke"),
    "logs an exception": (
        "try:\n        int('x')\n    except ValueError:\n"
        "        logging.getLogger('mine').exception('it broke')",
        "mine: it broke",
    ),
    "by level": ("logging.log(logging.CRITICAL, 'at %s', 'last')", "root: at last"),
    "disabled": (
        "logging.disable(logging.CRITICAL)\n    logging.error('nobody hears')",
        "root: nobody hears",
    ),
    "level too high": (
        "logging.getLogger('mine').setLevel(99)\n"
        "    logging.getLogger('mine').critical('nobody hears')",
        "mine: nobody hears",
    ),
    "in del": (
        "type('Held', (), {'__del__': lambda self: 1 / 0})()",
        "Exception ignored",
    ),
    "robust on commit": (
        "transaction.on_commit(lambda: 1 / 0, robust=True)",
        "Error calling",
    ),
    "hook taken away": (
        "import sys\n    sys.unraisablehook = lambda what: None\n"
        "    type('Held', (), {'__del__': lambda self: 1 / 0})()",
        "Exception ignored",
    ),
    "in a future": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "    with ThreadPoolExecutor(1) as pool:\n        pool.submit(int, 'x')",
        "nobody asked a future for its ValueError",
    ),
    "in a silenced thread": (
        "threading.excepthook = lambda ended: None\n"
        "    threading.Thread(target=int, args='x').start()",
        "threading: ValueError",
    ),
    "in a task of a silenced log": (
        "import asyncio\n    logging.disable(logging.CRITICAL)\n"
        "    async def wrong():\n        raise KeyError(7)\n"
        "    async def begin():\n        task = asyncio.create_task(wrong())\n"
        "        await asyncio.sleep(0.01)\n    asyncio.run(begin())",
        "Task exception was never retrieved",
    ),
    "in a task that is kept": (
        "import asyncio\n    async def wrong():\n        raise KeyError(7)\n"
        "    async def begin():\n        kept.append(asyncio.create_task(wrong()))\n"
        "        await asyncio.sleep(0.01)\n    asyncio.run(begin())",
        "nobody asked a task for its KeyError: 7",
    ),
    "in a task that no loop has made": (
        "import asyncio\n    async def wrong():\n        raise KeyError(7)\n"
        "    async def begin():\n        kept.append(asyncio.Task(wrong()))\n"
        "        await asyncio.sleep(0.01)\n    asyncio.run(begin())",
        "nobody asked a task for its KeyError: 7",
    ),
    "in a call of an executor": (
        "import asyncio\n    async def begin():\n"
        "        loop = asyncio.get_running_loop()\n"
        "        kept.append(loop.run_in_executor(None, int, 'x'))\n"
        "        await asyncio.sleep(0.2)\n    asyncio.run(begin())",
        "nobody asked a task for its ValueError",
    ),
    "a logger that is replaced": (
        "logging.getLogger('mine').error = lambda *said: None\n"
        "    logging.getLogger('mine').error('it broke')",
        "mine: `error` was replaced",
    ),
    "by a record": (
        "logging.getLogger('mine').handle("
        "logging.LogRecord('mine', 40, 'x', 1, 'it broke', (), None))",
        "mine: it broke",
    ),
    "in a task of a loop with a handler": (
        "import asyncio\n    async def wrong():\n        raise KeyError(7)\n"
        "    async def begin():\n"
        "        loop = asyncio.get_running_loop()\n"
        "        loop.set_exception_handler(lambda loop, context: None)\n"
        "        task = asyncio.create_task(wrong())\n"
        "        await asyncio.sleep(0.01)\n    asyncio.run(begin())",
        "Task exception was never retrieved",
    ),
    "a warning that is ignored": (
        "warnings.simplefilter('ignore')\n"
        "    async def wrong():\n        pass\n    wrong()",
        "coroutine 'act.<locals>.wrong' was never awaited",
    ),
    "a warning that a thread ignores": (
        "thread = threading.Thread(target=warnings.simplefilter, args=['ignore'])\n"
        "    thread.start()\n    thread.join()\n    open('errors')",
        "unclosed file",
    ),
    "a warning that is ignored inside": (
        "with warnings.catch_warnings(action='ignore'):\n        open('errors')",
        "unclosed file",
    ),
    "a warning that is recorded": (
        "with warnings.catch_warnings(record=True):\n        open('errors')",
        "unclosed file",
    ),
    "a warning that is recorded for a while": (
        "import contextlib\n    with contextlib.ExitStack() as stack:\n"
        "        stack.enter_context(warnings.catch_warnings(action='ignore'))\n"
        "        open('errors')",
        "unclosed file",
    ),
    "a warning that is shown to nobody": (
        "warnings.showwarning = lambda *told, **more: None\n    open('errors')",
        "unclosed file",
    ),
    "an exit in a thread": (
        "import sys\n    threading.Thread(target=sys.exit, args=[3]).start()",
        "threading: SystemExit: 3",
    ),
    "in an exit function of threads": (
        "threading._register_atexit(int, 'x')",
        "at the interpreter's end: ValueError",
    ),
    "a traceback that is printed": (
        "import traceback\n    try:\n        int('x')\n    except ValueError:\n"
        "        traceback.print_exc()",
        "stderr: ValueError: invalid literal",
    ),
    "a record that cannot be written": (
        "logging.getLogger('mine').warning('%d', 'x')",
        "stderr: TypeError: %d format",
    ),
    "said to stderr": (
        "import sys\n    print('it broke', file=sys.stderr)",
        "stderr: it broke",
    ),
    "written to stderr": ("os.write(2, b'it broke')", "stderr: it broke"),
    "in a thread": (
        "threading.Thread(target=int, args='x').start()",
        "threading: ValueError",
    ),
}
TASKS = {
    "the pool's process dies": (
        "signals.task_postrun.connect(lambda **_: os._exit(3), weak=False)",
        "",
    ),
    "it exits": ("import sys\n    sys.exit(3)", "raises SystemExit: 3"),
    "it raises an exit": ("raise SystemExit(3)", "raises SystemExit: 3"),
    "it says so to stderr": (
        "import sys\n    print('it broke', file=sys.stderr)",
        "stderr: it broke",
    ),
    "the worker dies": (
        "signals.task_postrun.connect("
        "lambda **_: os.kill(os.getppid(), 9), weak=False)",
        "the worker ended",
    ),
}


SERVERS = ("uvicorn", "gunicorn", "gthread")
VIEWS = {
    "its process dies": (
        "Thread(target=os._exit, args=[3])",
        "a process of the server ended before its time",
    ),
    "its process ends": (
        "Thread(target=os._exit, args=[0])",
        "a process of the server ended before its time",
    ),
    "a thread of it exits": (
        "Thread(target=sys.exit, args=[3])",
        "threading: SystemExit: 3",
    ),
}
VIEW = """
import os
import sys
from threading import Thread, Timer

from django.http import HttpResponse
from django.urls import path
from trading.models import Order


def view(request):
    Order.objects.filter(pk=7).update(status="cancelled")
    Timer(0.1, lambda: {}.start()).start()
    return HttpResponse("done")


urlpatterns = [path("", view)]

#> GET / 200 done
# ✅ committed: {}
"""
OWN = "class Mind(UserWarning): pass\n    "
WARNINGS = {
    "warned": (f"{OWN}warnings.warn('mind this', Mind)", "# ✅ warns too Mind: mind…"),
    "another-warning": (
        "warnings.warn('mind this', RuntimeWarning)",
        "# ✅ warns too RuntimeWarning: mind that",
    ),
    "warning-of-a-name": (
        "class RuntimeWarning(UserWarning): pass\n    warnings.warn("
        "'coroutine x was never awaited', RuntimeWarning)",
        "# ✅ warns too RuntimeWarning: coroutine x was never awaited",
    ),
    "imitated-warning": (
        "warnings.warn('coroutine x was never awaited', RuntimeWarning)",
        "# ✅ warns too RuntimeWarning: coroutine x was never awaited",
    ),
}


SAYS = """
def act():
    cancel()
    os.write(2, b"it broke")


"""
EXITS = """
import sys


def act():
    cancel()
    threading.Thread(target=sys.exit).start()


"""


def _id(name: str) -> str:
    return name.replace(" ", "-").replace("'", "")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Verdict]:
    """The verdicts on blocks that all commit, and are not quiet."""
    claim = f"# ✅ committed: {GOAL}"
    blocks = [
        fence(_id(name), f"{HEAD}\ndef act():\n    cancel()\n    {does}\n\n\n{claim}")
        for name, (does, _) in SERVICES.items()
    ]
    for name, (does, _) in TASKS.items():
        code = (
            f"{HEAD}\n@shared_task\ndef act():\n    cancel()\n    {does}\n\n\n{claim}"
        )
        blocks.append(fence(_id(name), code, place="task", call="act.delay()"))
    logged = f"{HEAD}\ndef act():\n    cancel()\n    logging.error('it broke: 7')\n\n\n"
    blocks.append(fence("named", f"{logged}{claim}\n# ✅ logs: root: it broke…"))
    blocks.append(fence("misnamed", f"{logged}{claim}\n# ✅ logs: root: it held…"))
    for name, (does, claims) in WARNINGS.items():
        code = (
            f"{HEAD}\nimport warnings\n\n\ndef act():\n    cancel()\n    {does}\n\n\n"
        )
        blocks.append(fence(name, f"{code}{claim}\n{claims}"))
    loud = f"{LOOK}    logging.error('x')\n\n\n# ❌ lost: {GOAL}"
    loud = f"import logging\n{loud}"
    blocks.append(fence("a-wrong", loud, "❌ It fails", twin="named"))
    blocks.append(fence("said", f"{HEAD}{SAYS}{claim}\n# ✅ logs: stderr: it broke"))
    blocks.append(fence("ended-well", f"{HEAD}{EXITS}{claim}"))
    for name, (does, _) in VIEWS.items():
        view = fence(_id(name), VIEW.format(does, GOAL), place="view", call="get('/')")
        under = f'data-under="{" ".join(SERVERS)}" data-place='
        blocks.append(view.replace("data-place=", under))
    examples = written(tmp_path_factory.mktemp("quiet"), *blocks)
    return verdicts(run(examples, examples, ["sqlite"]), examples)


def verdict(seen: Mapping[tuple[str, str], Verdict], name: str) -> Verdict:
    """Return the verdict on the block of that name."""
    return next(one for (example, _), one in seen.items() if example == name)


@pytest.mark.parametrize("name", [*SERVICES, *TASKS])
def test_an_error_that_nobody_raises_is_heard(
    seen: Mapping[tuple[str, str], Verdict], name: str
) -> None:
    """The goal is reached, and yet the block does not hold: it says what was heard."""
    found = verdict(seen, _id(name))
    _, text = (SERVICES | TASKS)[name]
    assert found.outcome.answers[GOAL] is True
    assert not found.holds
    assert text in str(found)


def test_an_error_that_is_named_is_no_noise(
    seen: Mapping[tuple[str, str], Verdict],
) -> None:
    """A ✅ that says what it logs holds; one that says something else does not."""
    assert verdict(seen, "named").holds, verdict(seen, "named")
    assert "it broke" in str(verdict(seen, "misnamed"))


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("name", VIEWS)
def test_a_server_whose_process_ends_is_heard(
    seen: Mapping[tuple[str, str], Verdict], name: str, server: str
) -> None:
    """Another process takes its place, and the client may have its answer by then."""
    assert VIEWS[name][1] in str(seen[_id(name), f"sqlite/{server}"])


@pytest.mark.parametrize("name", ["said", "ended-well"])
def test_what_is_said_or_ends_well_is_no_noise(
    seen: Mapping[tuple[str, str], Verdict], name: str
) -> None:
    """Text on stderr that the ✅ names, and a thread that exits with nothing wrong."""
    assert verdict(seen, name).holds, verdict(seen, name)


def test_a_warning_that_is_named_is_no_noise(
    seen: Mapping[tuple[str, str], Verdict],
) -> None:
    """A ✅ may say what it warns of; what it says must be what is heard."""
    assert verdict(seen, "warned").holds, verdict(seen, "warned")
    assert "RuntimeWarning: mind this" in str(verdict(seen, "another-warning"))


def test_a_warning_that_the_block_gives_is_not_the_librarys(
    seen: Mapping[tuple[str, str], Verdict],
) -> None:
    """`warnings.warn` of the block shows nothing of Python or Django."""
    assert "given by the block itself" in str(verdict(seen, "imitated-warning"))
    named = str(verdict(seen, "warning-of-a-name"))
    assert "a class of the block, called like RuntimeWarning" in named


def test_a_wrong_may_be_loud(seen: Mapping[tuple[str, str], Verdict]) -> None:
    """What a ❌ logs beside its symptom refutes nothing, and is not recorded."""
    found = verdict(seen, "a-wrong")
    assert found.holds, found
    assert found.outcome.heard == ()


def test_the_collector_is_heard_while_a_library_ignores_warnings(
    tmp_path: Path,
) -> None:
    """What it finds while another's filter is in force is the block's all the same."""
    does = (
        "pathlib.Path('library.py').write_text(IGNORES)\n"
        "    sys.path.insert(0, '.')\n"
        "    import library\n"
        "    library.collect(asyncio.new_event_loop())"
    )
    ignores = (
        "import gc, warnings\\n"
        "def collect(loop):\\n"
        "    loop.itself = loop\\n"
        "    del loop\\n"
        "    with warnings.catch_warnings():\\n"
        "        warnings.simplefilter('ignore')\\n"
        "        gc.collect()\\n"
    )
    head = (
        f'{HEAD}\nimport asyncio\nimport pathlib\nimport sys\n\nIGNORES = "{ignores}"\n'
    )
    code = f"{head}\n\ndef act():\n    cancel()\n    {does}\n\n\n# ✅ committed: {GOAL}"
    examples = written(tmp_path, fence("collected", code))
    found = verdicts(run(examples, examples, ["sqlite"]), examples)
    assert "unclosed event loop" in str(found["collected", "sqlite"])
