"""No example harms another, takes more than its limit, or leaves anything behind."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import psutil
import pytest
from support import (
    CANCEL,
    GOAL,
    databases,
    fence,
    keys,
    lanes_here,
    marks_of_runs,
    processes_in,
    redis_url,
    written,
)

from proof.example import Example
from proof.outcome import Outcome
from proof.project import ROOT
from proof.report import Report
from proof.running.messages import AT_MOST
from proof.running.run import run

pytestmark = pytest.mark.slow

LIMIT = 3.0
SLACK = 4.0
"""Seconds beyond its limit within which an example is over, on a busy machine too."""
HEAD = """
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from django.db import connection
from trading.models import Order


def loop():
    while True:
        pass


def sleep():
    while True:
        time.sleep(600)

"""


@dataclass(frozen=True)
class Hostile:
    """What an example does, how its run must end, and where it runs."""

    does: str
    end: str
    place: str = "service"
    error: str = ""
    lanes: tuple[str, ...] = ("sqlite",)
    printed: tuple[str, ...] = ()
    left: dict[str, int] = field(default_factory=dict)


GONE = "exited with 0 before the example was done"
BOTH = ("sqlite", "postgresql")
IN_A_CHILD = "if os.fork() == 0:\n    {}\n"
TAKES_IT_DOWN = "ended the process that ran it (killed by SIGKILL)"

HOSTILE = {
    "loops for ever": Hostile("loop()", "hung", lanes=BOTH),
    "sleeps for ever": Hostile("sleep()", "hung"),
    "stops itself": Hostile("os.kill(os.getpid(), signal.SIGSTOP)", "hung"),
    "calls os._exit": Hostile("os._exit(0)", GONE, lanes=BOTH),
    "kills itself": Hostile(
        "Order.objects.count()\nos.kill(os.getpid(), signal.SIGKILL)",
        "killed by SIGKILL",
        lanes=BOTH,
    ),
    "kills its group": Hostile("os.killpg(0, signal.SIGKILL)", "killed by SIGKILL"),
    "kills its session": Hostile(
        "os.killpg(os.getsid(0), signal.SIGTERM)", "killed by SIGTERM"
    ),
    "crashes": Hostile("ctypes.string_at(0)", "killed by SIGSEGV"),
    "kills its parent": Hostile(
        "os.kill(os.getppid(), signal.SIGKILL)\nsleep()", TAKES_IT_DOWN, lanes=BOTH
    ),
    "kills its parent's group": Hostile(
        "subprocess.Popen(['sleep', '600'], env={}, start_new_session=True)\n"
        "os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)\nsleep()",
        TAKES_IT_DOWN,
    ),
    "kills its parent, as a script": Hostile(
        "os.kill(os.getppid(), signal.SIGKILL)\nsleep()",
        TAKES_IT_DOWN,
        "script",
    ),
    "forks": Hostile("os.fork()", "returned", lanes=BOTH),
    "forks one that loops": Hostile(IN_A_CHILD.format("loop()"), "returned"),
    "forks twice and sleeps": Hostile(
        IN_A_CHILD.format(
            "os.setsid()\n"
            "    if os.fork() == 0:\n        time.sleep(600)\n    os._exit(0)"
        ),
        "returned",
        lanes=BOTH,
    ),
    "starts a thread that never ends": Hostile(
        "threading.Thread(target=sleep).start()", "hung", left={"thread": 1}
    ),
    "starts many threads": Hostile(
        "for _ in range(100):\n"
        "    threading.Thread(target=time.sleep, args=[600], daemon=True).start()",
        "returned",
        left={"thread": 100},
    ),
    "leaves a process": Hostile(
        "subprocess.Popen(['sleep', '600'], start_new_session=True, env={}, cwd='/')",
        "returned",
        lanes=BOTH,
        left={},
    ),
    "prints 100 MB": Hostile(
        "for _ in range(100):\n    print('x' * (1 << 20))",
        "returned",
        printed=("x" * (64 << 10),),
    ),
    "fills stderr": Hostile(
        "for _ in range(100):\n    sys.stderr.write('x' * (1 << 20))", "returned"
    ),
    "closes fd 1": Hostile("print('lost')\nos.close(1)", "returned"),
    "closes every descriptor": Hostile("os.closerange(0, 1000)", "returned"),
    "closes every descriptor of a connection": Hostile(
        "Order.objects.count()\nos.closerange(0, 1000)",
        "returned",
    ),
    "is interrupted": Hostile(
        "raise KeyboardInterrupt", "raised", error="KeyboardInterrupt"
    ),
    "interrupts itself": Hostile(
        "os.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)",
        "raised",
        error="KeyboardInterrupt",
    ),
    "calls sys.exit": Hostile("sys.exit(3)", "raised", error="SystemExit"),
    "calls sys.exit(0)": Hostile("sys.exit(0)", "returned"),
    "deletes its folder": Hostile("shutil.rmtree(os.getcwd())", "returned"),
    "deletes its temporary folder": Hostile(
        "shutil.rmtree(tempfile.gettempdir())", "returned"
    ),
    "ignores signals": Hostile(
        "SIGASK = signal.SIGRTMIN + 3\n"
        "for one in (SIGASK, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):\n"
        "    signal.signal(one, signal.SIG_IGN)\nsleep()",
        "hung",
    ),
    "dies of signals": Hostile(
        "signal.signal(signal.SIGRTMIN + 3, signal.SIG_DFL)\nsleep()", "hung"
    ),
    "takes all memory": Hostile("b'x' * (1 << 40)", "raised", error="MemoryError"),
    "takes all memory slowly": Hostile(
        "kept = []\nwhile True:\n    kept.append(bytes(1 << 28))",
        "raised",
        error="MemoryError",
    ),
    "writes 1 GB": Hostile(
        "with Path('big').open('wb') as file:\n"
        "    file.seek(1 << 30)\n    file.write(b'x')",
        "raised",
        error="OSError",
    ),
    "raises a giant": Hostile(
        "raise ValueError('x' * (8 << 20))", "raised", error="ValueError"
    ),
    "sends too many statements": Hostile(
        "name = 'x' * (1 << 17)\n"
        "for _ in range(50):\n"
        "    connection.cursor().execute(\n"
        "        f'WITH {name} AS (SELECT 1) SELECT * FROM {name}')",
        "sent more statements than can be traced (",
    ),
    "drops a table": Hostile(
        "connection.cursor().execute('DROP TABLE trading_trade')",
        "left a database that cannot be read: ",
        lanes=BOTH,
    ),
    "deletes its database": Hostile(
        "os.remove(connection.settings_dict['NAME'])",
        "left a database that cannot be read: ",
    ),
}
CRASH = """
sys.setrecursionlimit(10**6)

def deeper():
    return list(map(lambda _: deeper(), [0]))

deeper()
"""


AROUND = {
    "task": (
        "from celery import shared_task\n\n\n@shared_task\ndef act():",
        "",
        "act.delay()",
    ),
    "view": (
        "from django.urls import path\n\n\ndef act(request):",
        'urlpatterns = [path("", act)]',
        "get('/')",
    ),
}
"""What stands before and after the code in a place, and how it is called."""


def name_of(what: str) -> str:
    """Return the id of a hostile example."""
    return "".join(one if one.isalnum() else "-" for one in what.lower())


def hostile(what: str, does: str, place: str, lanes: tuple[str, ...]) -> str:
    """Return the block of a hostile example."""
    indented = "".join(f"    {line}\n" for line in dedent(does).strip().splitlines())
    start = "act()\n" if place == "script" else ""
    head = HEAD.replace("from trading.models import Order\n", "") if start else HEAD
    claims = "".join(f"# ✅ committed: {GOAL} [{lane}]\n" for lane in lanes)
    before, after, call = AROUND.get(place, ("def act():", start, None))
    code = f"{head}\n{before}\n{indented}\n\n{after}\n{claims}"
    return fence(name_of(what), code, place=place, call=call)


@dataclass(frozen=True)
class Aftermath:
    """A run of all hostile examples, and what was left after it."""

    report: Report
    seconds: float
    processes: list[str]
    databases: list[str]
    folders: list[Path]


def pages(folder: Path) -> tuple[Example, ...]:
    """Return each hostile example between two that do no harm."""
    blocks = [fence("harmless-0", CANCEL)]
    for number, (what, one) in enumerate(HOSTILE.items(), 1):
        blocks.append(hostile(what, one.does, one.place, one.lanes))
        blocks.append(fence(f"harmless-{number}", CANCEL))
    blocks.append(hostile("recurses", CRASH, "service", ("sqlite",)))
    return written(folder, *blocks)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """Run all hostile examples once, in every lane that is here."""
    examples = pages(tmp_path_factory.mktemp("hostile"))
    folder = tmp_path_factory.mktemp("tmp")
    before = {process.pid for process in psutil.process_iter()}
    started = time.monotonic()
    with marks_of_runs() as marks, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        first = run(examples, examples, ["sqlite"], limit=LIMIT, jobs=4)
        outcomes = list(first.outcomes)
        if "postgresql" in lanes_here():
            beside = ("harmless-0", "harmless-1", "harmless-2")
            some = [
                e
                for e in examples
                if e.id in beside
                or {c.lanes for c in e.claims} == {("postgresql",), ("sqlite",)}
            ]
            outcomes += run(some, some, ["postgresql"], limit=LIMIT).outcomes
    seconds = time.monotonic() - started
    yield Aftermath(
        Report(tuple(outcomes), first.left_out, seconds=first.seconds),
        seconds,
        strangers(before, folder),
        databases(marks),
        list(folder.iterdir()),
    )


def strangers(before: set[int], folder: Path) -> list[str]:
    """Return the processes that a run has left."""
    found = {one.pid: one for one in processes_in(folder)}
    for process in psutil.Process().children(recursive=True):
        found.setdefault(process.pid, process)
    for process in psutil.process_iter(["cmdline", "pid"]):
        if process.info["cmdline"] == ["sleep", "600"] and process.pid not in before:
            found.setdefault(process.pid, process)
    return [str(one) for pid, one in found.items() if pid not in before]


CASES = [(what, lane) for what, one in HOSTILE.items() for lane in one.lanes]


@pytest.mark.parametrize(("what", "lane"), CASES)
def test_a_hostile_example_costs_itself(after: Aftermath, what: str, lane: str) -> None:
    """Whatever an example does, its outcome says how it ended."""
    if lane not in lanes_here():
        pytest.skip(f"no server answers for the lane {lane}")
    one = HOSTILE[what]
    outcome = after.report.of(name_of(what))[lane]
    assert outcome.end.startswith(one.end), outcome
    assert (outcome.raised.type if outcome.raised else "") == one.error
    assert outcome.printed == one.printed
    if one.left:
        assert {k: v for k, v in vars(outcome.left).items() if v} == one.left


def test_a_deep_recursion_costs_itself(after: Aftermath) -> None:
    """A recursion without a limit raises or crashes, by the version of Python."""
    outcome = after.report.of("recurses")["sqlite"]
    assert outcome.end in ("raised", "killed by SIGSEGV")


def test_the_others_hold(after: Aftermath) -> None:
    """Every example that ran before, beside or after a hostile one did its work."""
    harmless = [
        one for one in after.report.outcomes if one.example.startswith("harmless")
    ]
    expected = {"sqlite": len(HOSTILE) + 1, "postgresql": 3}
    assert Counter(one.lane for one in harmless) == {
        lane: expected[lane] for lane in lanes_here()
    }
    assert {one.end for one in harmless} == {"returned"}
    assert all(one.answers == {GOAL: True} for one in harmless)


def test_no_example_is_left_out(after: Aftermath) -> None:
    """There is an outcome for each example, whatever it did to its runner."""
    assert after.report.left_out == {}
    sqlite = [one for one in after.report.outcomes if one.lane == "sqlite"]
    assert len(sqlite) == 2 * len(HOSTILE) + 2


def test_at_most_the_limit_was_spent(after: Aftermath) -> None:
    """No example took more than its limit and what a busy machine adds.

    One that works without end is given the time in which others had the processor.
    """
    slow = {
        (name, lane): seconds
        for (name, lane), seconds in after.report.seconds.items()
        if seconds > LIMIT * (AT_MOST if name == "loops-for-ever" else 1) + SLACK
    }
    assert not slow


def test_no_process_is_left(after: Aftermath) -> None:
    """Neither a process of the run nor one that an example started is left."""
    assert after.processes == []


def test_no_database_is_left(after: Aftermath) -> None:
    """Every database that the run made is dropped."""
    assert after.databases == []


def test_no_folder_is_left(after: Aftermath) -> None:
    """The run's folder is removed with all that examples wrote to it."""
    assert after.folders == []


DRIVER = """
import sys
from pathlib import Path

from support import marks_of_runs
from proof.reading.extract import extract
from proof.running.run import run

def tell(outcome):
    print(outcome.example, *marks, flush=True)

if __name__ == "__main__":
    examples = extract(Path(sys.argv[1]))
    with marks_of_runs() as marks:
        run(examples, examples, sys.argv[2:], jobs=1, limit=60, progress=tell)
"""


@dataclass(frozen=True)
class Driver:
    """A process that runs an example that loops, beside one that does no harm."""

    process: "subprocess.Popen[str]"
    folder: Path
    marks: list[str] = field(default_factory=list)

    def wait_until_it_loops(self) -> None:
        """Wait until the harmless example is done and the other is under way."""
        assert self.process.stdout
        done, *marks = self.process.stdout.readline().split()
        assert done == "harmless"
        self.marks.extend(marks)
        mine = self.folder / "tmp"
        deadline = time.monotonic() + 10
        while not list(mine.rglob("looping")) and time.monotonic() < deadline:
            time.sleep(0.01)

    def left(self, seconds: float) -> dict[str, list[str]]:
        """Return what is left of it after at most so many seconds."""
        deadline = time.monotonic() + seconds
        while (found := self._left()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def _left(self) -> dict[str, list[str]]:
        mine = self.folder / "tmp"
        found = {
            "processes": [str(one) for one in processes_in(mine)],
            "folders": [one.name for one in mine.glob("proof-*")],
            "databases": databases(self.marks),
            "keys": keys(self.marks),
        }
        return {what: names for what, names in found.items() if names}


@pytest.fixture
def driver(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Start a driver in a lane, with a folder for temporary files of its own."""
    lane, place = request.param
    looping = "Path('looping').touch()\nos.environ.clear()\nloop()"
    written(
        tmp_path,
        hostile("harmless", "pass", place, (lane,)),
        hostile("loops", looping, place, (lane,)),
    )
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path / "docs"), lane],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": "tests"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield Driver(process, tmp_path)
    process.kill()
    process.communicate()


IN_LANES = pytest.mark.parametrize(
    "driver",
    [
        ("sqlite", "script"),
        ("sqlite", "task"),
        ("sqlite", "view"),
        pytest.param(
            ("redis", "task"),
            marks=pytest.mark.skipif(redis_url() is None, reason="no server answers"),
        ),
        pytest.param(
            ("postgresql", "service"),
            marks=pytest.mark.skipif(
                "postgresql" not in lanes_here(), reason="no server answers"
            ),
        ),
    ],
    indirect=True,
    ids=lambda it: f"{it[0]}-{it[1]}",
)


@IN_LANES
def test_ctrl_c_ends_everything(driver: Driver) -> None:
    """Ctrl-C while an example loops ends the run at once and leaves nothing."""
    driver.wait_until_it_loops()
    driver.process.send_signal(signal.SIGINT)
    _, errors = driver.process.communicate(timeout=20)
    assert errors.splitlines()[-1] == "KeyboardInterrupt"
    assert driver.left(0) == {}


@IN_LANES
def test_a_killed_run_cleans_up(driver: Driver) -> None:
    """A run that is killed leaves no process, database or folder for long."""
    driver.wait_until_it_loops()
    driver.process.kill()
    driver.process.wait()
    assert driver.left(15) == {}


def test_a_stopped_runner_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An example that stops its parent costs itself, and the run goes on."""
    monkeypatch.setattr("proof.running.remote.ANSWERS_WITHIN", 6.0)
    stops = "os.kill(os.getppid(), signal.SIGSTOP)\nsleep()"
    examples = written(
        tmp_path,
        hostile("stops", stops, "service", ("sqlite",)),
        fence("harmless", CANCEL),
    )
    report = run(examples, examples, ["sqlite"], limit=1, jobs=1)
    ends: Mapping[str, Outcome] = {one.example: one for one in report.outcomes}
    assert ends["stops"].end == "stopped the process that ran it"
    assert ends["harmless"].end == "returned"


def test_a_killed_interpreter_costs_nothing(tmp_path: Path) -> None:
    """What was forked goes on without the process that forked it."""
    lone = "import psutil\nos.kill(psutil.Process(os.getppid()).ppid(), signal.SIGKILL)"
    orphan = "os.kill(os.getppid(), signal.SIGKILL)\nsleep()"
    examples = written(
        tmp_path,
        hostile("kills the interpreter", lone, "service", ("sqlite",)),
        fence("beside", CANCEL),
        hostile("kills its parent then", orphan, "service", ("sqlite",)),
        fence("after", CANCEL),
    )
    before = {process.pid for process in psutil.process_iter()}
    report = run(examples, examples, ["sqlite"], limit=LIMIT, jobs=1)
    assert [one.end for one in report.outcomes] == [
        "returned",
        "returned",
        "ended the process that ran it (nobody saw how)",
        "returned",
    ]
    assert strangers(before, Path("/nowhere")) == []


def test_a_broken_progress_ends_the_run(tmp_path: Path) -> None:
    """An error of the caller half-way ends the run as Ctrl-C does."""
    examples = written(tmp_path, *(fence(f"a-{n}", CANCEL) for n in range(30)))
    threads = set(threading.enumerate())
    before = {process.pid for process in psutil.process_iter()}
    threads = set(threading.enumerate())

    def fail(outcome: Outcome) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run(examples, examples, ["sqlite"], progress=fail)
    assert set(threading.enumerate()) <= threads
    assert strangers(before, Path("/nowhere")) == []
