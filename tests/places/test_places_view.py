"""The place view: what the server and its client show, and what is left of them."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import GOAL, fence, marks_of_runs, processes_in, verdicts, written

from proof.outcome import Outcome, Warned
from proof.report import Report
from proof.running.run import run
from proof.verdict import Verdict

HEAD = """
import asyncio
import threading
import time

from asgiref.sync import sync_to_async
from django.http import JsonResponse
from django.urls import path
from trading.models import Order

MINE = Order.objects.filter(pk=7)
met = threading.Barrier(2)


def answer(**data):
    return JsonResponse(data)


"""
TAIL = """


urlpatterns = [path("", view), path("other/", view)]

"""
CANCELS = """
async def view(request):
    await MINE.aupdate(status="cancelled")
    return answer(ok=True)
"""
BREAKS = """
def view(request):
    raise KeyError(7)
"""
HANGS = """
def view(request):
    asyncio.run(MINE.aupdate(status="cancelled"))
"""
LEFT = """
async def view(request):
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        print("cancelled")
        raise
"""
MEETS = """
def view(request):
    met.wait(5)
    return answer(waiting=met.n_waiting)
"""
LEAKS = """
async def view(request):
    await sync_to_async(MINE.exists, thread_sensitive=False)()
    return answer()
"""
STREAM = """
from django.http import StreamingHttpResponse


async def view(request):
    async def parts():
        yield "one"
        raise ValueError("half-way")

    return StreamingHttpResponse(parts(), content_type="text/plain")
"""
WARNS = """
async def view(request):
    asyncio.sleep(0)
    return answer()
"""
ENDS = """
import os, signal


async def view(request):
    os.kill(os.getpid(), signal.SIGKILL)
"""
BLOCKS = """
async def view(request):
    {}
    return answer()
"""
SERVERS = ("uvicorn", "gunicorn", "gthread")


def block(view: str, call: str, claims: str, name: str, under: str = "") -> str:
    """Return a block whose one view stands at `/` and at `/other/`."""
    good = "✅" in claims
    code = f"{HEAD}{view.strip()}{TAIL}{claims}"
    title, twin = ("✅ It works", None) if good else ("❌ It fails", "cancels")
    made = fence(name, code, title, place="view", call=call, twin=twin)
    return made.replace('data-place="view"', f'data-place="view"{under}')


def failing(name: str, view: str, call: str, claims: str = "", under: str = "") -> str:
    """Return a ❌ block that loses the goal of `cancels`."""
    return block(view, call, f"{claims}\n# ❌ lost: {GOAL}".strip(), name, under)


ALL = f' data-under="{" ".join(SERVERS)}"'
TWO = ' data-under="uvicorn gthread"'
CANCELLED = f'#> GET / 200 {{"ok": true}}\n# ✅ committed: {GOAL}'
GETS = "get('/')"
GOT = "#> GET / 200 {}"
BLOCKED = f"{GOT}\n# ❌ blocks: the event loop"
PAGE = (
    block(CANCELS, GETS, CANCELLED, "cancels", ALL),
    failing("breaks", BREAKS, GETS, under=ALL),
    failing("hangs", HANGS, GETS, "# ❌ hangs: sleeping loop"),
    failing("left", LEFT, "leave('/'), post('/none/')"),
    failing("meets", MEETS, "together(get, '/', '/other/')", under=TWO),
    failing("leaks", LEAKS, GETS, f"{GOT}\n# ❌ leaks 1 connection"),
    failing("stream", STREAM, GETS),
    failing("warns", WARNS, GETS, under=ALL),
    failing("ends", ENDS, GETS),
    failing("import", "import nothing_there", GETS, under=ALL),
    failing("client", CANCELS, "1 / 0"),
    failing("blocks", BLOCKS.format("time.sleep(0.8)"), GETS, BLOCKED),
    failing("waits", BLOCKS.format("await asyncio.sleep(0.8)"), GETS, BLOCKED),
    failing("unclaimed", BLOCKS.format("time.sleep(0.8)"), GETS, GOT),
    failing("below", BLOCKS.format("await asyncio.to_thread(time.sleep, 0.8)"), GETS),
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Run the whole page once."""
    examples = written(tmp_path_factory.mktemp("views"), *PAGE)
    return run(examples, examples, ["sqlite"], limit=8.0)


@pytest.fixture(scope="module")
def judged(
    report: Report, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str], Verdict]:
    """Return the verdicts on it."""
    return verdicts(report, written(tmp_path_factory.mktemp("again"), *PAGE))


def seen(report: Report, name: str, under: str = "") -> Outcome:
    """Return one outcome."""
    return report.of(name)[f"sqlite/{under}" if under else "sqlite"]


@pytest.mark.parametrize("under", SERVERS)
def test_a_view_is_served(
    report: Report, judged: Mapping[tuple[str, str], Verdict], under: str
) -> None:
    """A view writes, the client's line is printed, and the server leaves nothing."""
    assert judged["cancels", f"sqlite/{under}"].holds
    outcome = seen(report, "cancels", under)
    assert outcome.printed == ('GET / 200 {"ok": true}',)
    assert not outcome.left
    role = {"uvicorn": "request's thread", "gunicorn": "main thread"}
    thread = role.get(under, "own thread")
    assert {one.thread for one in outcome.statements} == {f"server, {thread}"}


@pytest.mark.parametrize("under", SERVERS)
def test_an_exception_in_a_view_is_noted(report: Report, under: str) -> None:
    """The client gets a 500, and what the view raised is noted with its line."""
    outcome = seen(report, "breaks", under)
    assert outcome.printed == ("GET / 500 Server Error (500)",)
    assert outcome.end == "raised" and outcome.raised is not None
    assert (outcome.raised.type, outcome.raised.message) == ("KeyError", "7")
    assert outcome.raised.line == 19


def test_a_view_that_never_answers_hangs(
    report: Report, judged: Mapping[tuple[str, str], Verdict]
) -> None:
    """The server is asked why, not the client, which only waits."""
    assert judged["hangs", "sqlite"].holds, str(judged["hangs", "sqlite"])
    hang = seen(report, "hangs").hang
    assert hang is not None and hang.line == 19
    assert "request's thread: waits for events" in hang.where


def test_a_client_that_leaves_cancels_an_async_view(report: Report) -> None:
    """The server sees the disconnect, ends the view, and serves the next request."""
    outcome = seen(report, "left")
    lines = ("POST / left", "cancelled", "POST /none/ 404 Not Found")
    assert (outcome.end, outcome.printed) == ("returned", lines)


@pytest.mark.parametrize("under", ["uvicorn", "gthread"])
def test_requests_come_together(report: Report, under: str) -> None:
    """Requests made together are in the server at the same time."""
    outcome = seen(report, "meets", under)
    assert [one.split()[2] for one in outcome.printed] == ["200", "200"]


def test_a_connection_of_a_pool_thread_is_left(
    judged: Mapping[tuple[str, str], Verdict],
) -> None:
    """A connection that no end of a request closes is counted."""
    assert judged["leaks", "sqlite"].holds, str(judged["leaks", "sqlite"])


def test_an_exception_after_the_first_byte_is_noted(report: Report) -> None:
    """Django turns it into no 500; the server only logs it."""
    outcome = seen(report, "stream")
    assert outcome.raised is not None and outcome.raised.message == "half-way"
    assert outcome.raised.line == 24


@pytest.mark.parametrize("under", SERVERS)
def test_only_the_blocks_warnings_are_noted(report: Report, under: str) -> None:
    """The servers warn of nothing themselves."""
    line = 19
    text = "coroutine 'sleep' was never awaited"
    assert seen(report, "warns", under).warnings == (
        Warned("RuntimeWarning", text, line),
    )


def test_a_server_that_ends_is_no_silence(report: Report) -> None:
    """The client's connection breaks, and that is what is raised."""
    raised = seen(report, "ends").raised
    assert raised is not None and raised.type.startswith("httpx.")


@pytest.mark.parametrize("under", SERVERS)
def test_a_urlconf_that_cannot_be_imported(report: Report, under: str) -> None:
    """The exception is the server's, at its line of the block."""
    raised = seen(report, "import", under).raised
    assert raised is not None
    assert (raised.type, raised.line) == ("ModuleNotFoundError", 18)


def test_what_the_call_raises(report: Report) -> None:
    """An exception on the client's side is the example's."""
    raised = seen(report, "client").raised
    assert raised is not None and raised.type == "ZeroDivisionError"


def test_a_loop_that_stands_still(
    report: Report, judged: Mapping[tuple[str, str], Verdict]
) -> None:
    """A call that blocks the loop is measured, at its line."""
    assert judged["blocks", "sqlite"].holds, str(judged["blocks", "sqlite"])
    assert seen(report, "blocks").stalls == (19,)


def test_a_loop_that_runs_on(judged: Mapping[tuple[str, str], Verdict]) -> None:
    """A view that waits without blocking refutes the claim that it blocks."""
    told = [reason.seen for reason in judged["waits", "sqlite"].reasons]
    assert told == ["the loop never stood still"]


def test_a_stall_that_nobody_claims(
    judged: Mapping[tuple[str, str], Verdict], report: Report
) -> None:
    """A loop that stands still unsaid refutes the block; a thread may wait."""
    told = [reason.seen for reason in judged["unclaimed", "sqlite"].reasons]
    assert told == ["the event loop stood still at line 19 of the block"]
    assert seen(report, "below").stalls == ()


def test_nothing_is_left_of_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a run, also one that hangs, no process of it is there."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    examples = written(tmp_path, *PAGE)
    chosen = [one for one in examples if one.id in ("cancels", "hangs", "ends")]
    with marks_of_runs():
        run(chosen, examples, ["sqlite"], limit=8.0)
    assert processes_in(tmp_path) == []
