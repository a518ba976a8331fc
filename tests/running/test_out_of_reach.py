"""What a block must not get away with: a symptom of another cause, or a forged note."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import CANCEL, GOAL, fence, lanes_here, verdicts, written

from proof.errors import MarkdownError
from proof.running.forkserver import ForkServer
from proof.running.run import run
from proof.verdict import Verdict
from proof.watching import reaches
from proof.watching.recorder import Recorder

HEAD = """
import asyncio
import atexit
import ctypes
import threading
import time

from asgiref.sync import SyncToAsync, sync_to_async
from celery import shared_task
from celery.exceptions import Reject
from django.db import connection, transaction
from trading.models import Order

kept = []


def cancel():
    Order.objects.filter(pk=7).update(status="cancelled")


def kept_open():
    Order.objects.count()
    kept.append(connection._connections["default"])


async def end_the_thread():
    await sync_to_async(time.time)()
    (thread,) = SyncToAsync.single_thread_executor._threads
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
    )
    for _ in "abc":
        SyncToAsync.single_thread_executor.submit(int)


def in_thread(function, *args):
    thread = threading.Thread(target=function, args=args)
    thread.start()
    return thread
"""
SLOW = 6
"""Seconds that a slow call takes, which is no hang."""
SERVICES = {
    "slow-thread": (
        f"in_thread(time.sleep, {SLOW})",
        f"# ❌ lost: {GOAL}\n# ❌ hangs: thread never ends",
        "it ended: returned",
    ),
    "slow-event": (
        f"in_thread(threading.Event().wait, {SLOW})",
        f"# ❌ lost: {GOAL}\n# ❌ hangs: thread never ends",
        "it ended: returned",
    ),
    "slow-loop": (
        f"asyncio.run(asyncio.to_thread(time.sleep, {SLOW}))",
        f"# ❌ lost: {GOAL}\n# ❌ hangs: sleeping loop",
        "it ended: returned",
    ),
    "dead-beside": (
        f"asyncio.run(end_the_thread())\n    time.sleep({SLOW})",
        f"# ❌ lost: {GOAL}\n# ❌ hangs: dead executor thread",
        "it ended: returned",
    ),
    "one-by-one": (
        "Order.objects.count()\n    Order.objects.count()",
        f"# ❌ lost: {GOAL}\n# ❌ serial: 1 at a time",
        "1 of the block's threads or tasks under way together",
    ),
    "another-job": (
        "in_thread(connection.ensure_connection)",
        "# ❌ leaks 1 connection",
        "no statement for the table",
    ),
    "after-atexit": (
        "cancel()\n    atexit.register(lambda: in_thread(kept_open).join())",
        f"# ✅ committed: {GOAL}",
        "left open: 1 connection",
    ),
}
TASKS = {
    "unregistered": (
        "current_app.send_task('nowhere')",
        f"# ❌ lost: {GOAL}\n# ❌ hangs: sleeping loop",
        "raises NotRegistered",
    ),
    "rejected": (
        "reject.delay()",
        f"# ✅ committed: {GOAL}",
        "was rejected",
    ),
    "main-connection": (
        "keep.delay()",
        f"# ✅ committed: {GOAL}",
        "left open: 1 connection",
    ),
}
TASK_HEAD = f"""{HEAD}
from celery import current_app, signals


@shared_task
def reject():
    cancel()
    raise Reject("not this one")


@shared_task
def keep():
    cancel()
    signals.task_postrun.receivers = [
        one for one in signals.task_postrun.receivers if "Watch" in repr(one)
    ]
"""
STREAM = f"""
from django.http import StreamingHttpResponse
from django.urls import path
from trading.models import Order


def view(request):
    Order.objects.filter(pk=7).update(status="cancelled")
    return StreamingHttpResponse(parts())


def parts():
    yield b"one"
    raise KeyError(7)


urlpatterns = [path("", view)]

#> GET / 200 one … broken off
# ✅ committed: {GOAL}
"""
WRITES_TEMPLATE = {
    "sqlite": (
        "import pathlib, sqlite3\n"
        "    name = pathlib.Path(connection.settings_dict['NAME'])\n"
        "    base = sqlite3.connect(name.with_name('sqlite_template.sqlite3'))\n"
        "    base.execute('UPDATE trading_order SET status = 0')\n"
        "    base.commit()"
    ),
    "postgresql": (
        "import psycopg\n"
        "    named = connection.get_connection_params()\n"
        "    mark = named['dbname'].split('_')[1]\n"
        "    keys = [k for k in ('host', 'user', 'port') if named.get(k)]\n"
        "    where = {k: named[k] for k in keys}\n"
        "    where |= {'dbname': f'proof_{mark}_template', 'autocommit': True}\n"
        "    base = psycopg.connect(**where)\n"
        "    base.execute(\"UPDATE trading_order SET status = '0'\")"
    ),
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Verdict]:
    """The verdicts on blocks that show nothing."""
    blocks = [fence("right", CANCEL)]
    for name, (does, claims, _) in SERVICES.items():
        mark = claims[2]
        twin = {"twin": "right"} if mark == "❌" else {}
        code = f"{HEAD}\n\ndef act():\n    {does}\n\n\n{claims}"
        blocks.append(fence(name, code, f"{mark} It", **twin))
    task = (
        f"{HEAD}\n\n@shared_task\ndef act():\n    cancel()\n\n\n# ✅ committed: {GOAL}"
    )
    blocks.append(fence("task", task, place="task", call="act.delay()"))
    for name, (call, claims, _) in TASKS.items():
        mark = claims[2]
        twin = {"twin": "task"} if mark == "❌" else {}
        code = f"{TASK_HEAD}\n\n{claims}"
        blocks.append(fence(name, code, f"{mark} It", "task", call=call, **twin))
    stream = fence("stream", STREAM, place="view", call="get('/')")
    blocks.append(
        stream.replace('data-place="view"', 'data-place="view" data-under="gunicorn"')
    )
    examples = written(tmp_path_factory.mktemp("reach"), *blocks)
    return verdicts(run(examples, examples, ["sqlite"]), examples)


@pytest.mark.parametrize("name", [*SERVICES, *TASKS])
def test_what_shows_nothing_is_refuted(
    seen: Mapping[tuple[str, str], Verdict], name: str
) -> None:
    """A symptom without its cause is refuted, in words that say what was seen."""
    found = next(one for (example, _), one in seen.items() if example == name)
    assert not found.holds
    assert (SERVICES | TASKS)[name][2] in str(found)


def test_the_blocks_that_they_are_held_against_hold(
    seen: Mapping[tuple[str, str], Verdict],
) -> None:
    """The twins themselves are right."""
    assert all(
        one.holds for (name, _), one in seen.items() if name in ("right", "task")
    )


def test_a_stream_that_fails_is_heard(
    seen: Mapping[tuple[str, str], Verdict],
) -> None:
    """What ends a body under WSGI, which the server only logs, is the view's error."""
    assert "raises KeyError: 7" in str(seen["stream", "sqlite/gunicorn"])


@pytest.mark.parametrize("lane", WRITES_TEMPLATE)
def test_the_template_is_out_of_reach(lane: str, tmp_path: Path) -> None:
    """A block that writes to it fails, and the next one finds the rows untouched."""
    if lane not in lanes_here():
        pytest.skip("no server answers")
    claim = f"# ✅ committed: {GOAL}"
    writes = (
        f"{HEAD}\n\ndef act():\n    cancel()\n    {WRITES_TEMPLATE[lane]}\n\n\n{claim}"
    )
    shows = "print(Order.objects.get(pk=8).status)\n    #> working"
    next_ = f"{HEAD}\n\ndef act():\n    cancel()\n    {shows}\n\n\n{claim}"
    examples = written(tmp_path, fence("writes", writes), fence("next", next_))
    found = verdicts(run(examples, examples, [lane], jobs=1), examples)
    assert "Error" in str(found["writes", lane])
    assert found["next", lane].holds, found["next", lane]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import proof.watching.watcher", "proof.watching.watcher"),
        ("from proof import watcher", "proof"),
        ("__import__('proof.watching.recorder')", "proof.watching.recorder"),
        ("sys.modules['proof.running.child']", "proof.running.child"),
        ("sys._getframe(1)", "_getframe"),
        ("frame.f_back.f_locals", "f_locals"),
        ("gc.get_referrers(x)", "get_referrers"),
        ("call.__closure__[0].cell_contents", "cell_contents"),
        ("object.__subclasses__()", "__subclasses__"),
        ("logging.Logger.error.__wrapped__", "__wrapped__"),
        ("warnings.filters.clear()", "warnings.filters"),
        ("import warnings as w; w.filters.clear()", "warnings.filters"),
        ("from warnings import filters", "warnings.filters"),
        ("thread._invoke_excepthook = print", "_invoke_excepthook"),
        ("gc.callbacks.clear()", "gc.callbacks"),
        ("connection.execute_wrappers.clear()", "execute_wrappers"),
        ("connection_created.receivers.clear()", "connection_created.receivers"),
        ("import importlib; importlib.reload(logging)", "importlib.reload"),
        ("exec('cancel()')", "builtins.exec"),
        ("eval('cancel()')", "builtins.eval"),
        ("compile('raise KeyError', 'django/db.py', 'exec')", "builtins.compile"),
        ("__builtins__['exec']('cancel()')", "__builtins__"),
        ("code.replace(co_filename='django/db.py')", "co_filename"),
        ("import linecache; linecache.cache.clear()", "linecache"),
        ("raise error.with_traceback(other)", "with_traceback"),
        ("error.__class__ = KeyError", "__class__"),
        ("error.args = ('no row',)", "args"),
        ("setattr(error, 'args', ('no row',))", "args"),
        ("Wrong.__module__ = 'django.db'", "__module__"),
        ("class Wrong(Exception): __module__ = 'django.db'", "__module__"),
        ("warnings.warn = print", "warn"),
        ("mock.patch('django.db.transaction.logger')", "logger"),
        ("mock.patch.object(warnings, 'warn')", "warn"),
        ("future._exception = error", "_exception"),
        ("vars(future)['_exception'] = error", "_exception"),
        ("task._log_traceback = False", "_log_traceback"),
        ("future._state = 'FINISHED'", "_state"),
        ("setattr(future, '_result', 7)", "_result"),
        ("future.__dict__.update(state)", "__dict__"),
        ("object.__setattr__(error, name, 7)", "__setattr__"),
        ("import _thread", "_thread"),
        ("threading._start_new_thread(act, ())", "_start_new_thread"),
        ("connection.connection.close()", "connection.connection"),
        ("connections['default'].connection.close()", ".connection"),
        ("cursor.connection.close()", "cursor.connection"),
        ("raw = connection.connection", "connection.connection"),
        ("connection.connection = None", "connection.connection"),
        ("getattr(connection, 'connection').close()", "'connection')"),
        ("os.dup2(other, 2)", "os.dup2"),
        ("sys.stderr = other", "stderr"),
        ("mock.patch('sys.stderr')", "stderr"),
        ("os.ftruncate(1, 0)", "os.ftruncate"),
        ("sys.stdout.truncate(0)", "stdout.truncate"),
        ("logging.Logger.error = print", "Logger"),
        ("mock.patch('logging.Logger.error')", "Logger"),
        ("mock.patch.object(logging.Logger, 'error')", "Logger"),
    ],
)
def test_a_block_that_reaches_for_the_judge_is_refused(
    code: str, name: str, tmp_path: Path
) -> None:
    """It is named with its line, before anything runs."""
    with pytest.raises(
        MarkdownError, match=r"docs/page\.md:6: the block mine reaches"
    ) as found:
        written(
            tmp_path,
            fence(
                "mine",
                f"import sys\n\n\ndef act():\n    {code}\n\n\n# ✅ committed: {GOAL}",
            ),
        )
    assert f"{name}`" in str(found.value)


@pytest.mark.parametrize(
    "code",
    [
        "import gc\ngc.get_objects()",
        "proof = 1",
        "not Python",
        "import re\nre.compile('x')",
        "redis.eval('return 1', 0)",
        "self.args = args",
        "logger = logging.getLogger(__name__)",
        "connection_created.connect(set_up)",
        "self._kept = 7",
        "self.stderr = other",
        "file.truncate()",
        "print('x', file=sys.stderr)",
        "contextlib.redirect_stderr(io.StringIO())",
        "gettext = _('x')",
        "__version__ = '7'",
        "error.__cause__ = None",
        "connection.close()",
        "db.connection.close()",
        "connection.connection is None",
        "app.connection()",
        "connection.connection.set_progress_handler(over, 7)",
        "self.connection.close()",
        "mock.patch('trading.tasks.cancel.delay')",
    ],
)
def test_what_only_looks_like_it_is_let_through(code: str) -> None:
    """A name that means something else is no reach for the judge."""
    assert reaches.refused(code) is None


def test_what_a_caller_evaluates_is_read_as_well(tmp_path: Path) -> None:
    """The call in the header is code like that of the block."""
    block = fence("mine", CANCEL, call="[act(), exec('1')]")
    with pytest.raises(MarkdownError, match=r"docs/page\.md:1: .*`builtins\.exec`"):
        written(tmp_path, block)


def test_an_import_at_run_time_is_refused(tmp_path: Path) -> None:
    """A name that is only put together as the block runs is refused there."""
    does = "name = 'pro' + 'of.recorder'\n    __import__(name)"
    code = f"{HEAD}\n\ndef act():\n    cancel()\n    {does}\n\n\n# ✅ committed: {GOAL}"
    examples = written(tmp_path, fence("wipes", code))
    found = verdicts(run(examples, examples, ["sqlite"]), examples)["wipes", "sqlite"]
    assert "judges this block, which cannot reach it" in str(found)


@pytest.mark.parametrize(
    ("wipes", "wiped"),
    [
        (lambda notes: None, False),
        (lambda notes: notes.clear(), True),
        (lambda notes: notes._memory.write(bytes(8)), True),
    ],
    ids=["honest", "cleared", "written over"],
)
def test_notes_that_are_wiped_are_missed(wipes, wiped: bool) -> None:
    """Notes that were forgotten half-way, or have no beginning, are no notes."""
    notes = Recorder()
    server = ForkServer.__new__(ForkServer)
    server._runner = SimpleNamespace(recorders=SimpleNamespace(notes=notes))
    before = notes.cleared
    notes.clear()
    notes.open()
    notes.note("began")
    wipes(notes)
    notes.note("threads ended")
    assert server._is_wiped(before) is wiped
