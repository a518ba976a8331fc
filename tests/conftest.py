"""One run of the examples for all tests that need it, and a word on each lane."""

import signal
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from rich.console import Console
from xdist.scheduler import LoadScopeScheduling

from proof.commands.progress import Watch
from proof.databases.find_server import share_own
from proof.databases.workspace import workspace
from proof.errors import LaneUnavailable
from proof.example import Example
from proof.judging.check import Check, check, verdict_on
from proof.judging.summary import (
    by_place,
    in_numbers,
    lane_lines,
    titled,
    write_summary,
)
from proof.outcome import Outcome
from proof.project import ROOT
from proof.report import Report
from proof.running.run import LANES, run
from proof.running.services import clean_up_after

collect_ignore = ["guarded", "second"]
"""Projects of their own, which tests of this one run."""

SUMMARY = ROOT / ".proof" / "lanes.json"
"""Where `.ci/run` reads which lanes ran."""
QUICK = "quick"
CHECKED = pytest.StashKey[Check]()
STARTS = {
    "run",
    "browser",
    "clean_up_after",
    "subprocess",
    "rigged",
    "faulting",
    "share_own",
    "with_pytest_django",
}
"""What a file imports that starts processes; only files without are quick."""
OF_THE_RUN = ("test_docs.py", "test_honesty.py")
"""The files whose tests look at `checked`."""
SHARED_OUT = {"test_page": 3, "test_ctrl_c_ends_everything": 2}
"""Tests that take most of their file's time and share nothing; in how many parts."""
SUMMARIZED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and let Ctrl-C be Ctrl-C.

    A process that a shell starts in the background ignores it, and the signal to quit,
    and so would all that the tests start.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    in_charge = not hasattr(config, "workerinput")
    if in_charge and not config.option.collectonly and config.option.markexpr != QUICK:
        _share_servers(config)
    config.addinivalue_line("markers", "lane(name): needs outcomes in that lane only")
    config.addinivalue_line("markers", "quick: starts nothing, and soon ends")
    config.addinivalue_line("markers", "slow: of a file that takes minutes, so begins")
    config.addinivalue_line("markers", "starts: starts processes through other code")
    config.addinivalue_line("markers", "examples: looks at the run of all examples")


def _share_servers(config: pytest.Config) -> None:
    """Start the servers that are not here, for all runs of all processes."""
    ends = ExitStack()
    config.add_cleanup(ends.close)
    folder = ends.enter_context(workspace())
    ends.enter_context(clean_up_after(folder))
    for own in share_own(folder):
        ends.callback(own.end)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """End with one clear text if the guide cannot be read; else begin with the slow.

    `make test` asks for the tests that look at the run of all examples by their marker.
    """
    pages = sys.modules.get("pages")
    if pages is not None and pages.UNREADABLE is not None:
        raise pytest.UsageError(str(pages.UNREADABLE))
    for one in items:
        if "checked" in one.fixturenames:
            one.add_marker("examples")
        elif _is_quick(one):
            one.add_marker("quick")
    # So that no process is left with one of these at the end.
    items.sort(key=lambda one: one.get_closest_marker("slow") is None)


def _is_quick(item: Any) -> bool:
    """Whether a test's file starts no example, server, browser or worker."""
    starts = item.get_closest_marker("starts") is not None
    return not starts and not STARTS & vars(item.module).keys()


class ByFile(LoadScopeScheduling):
    """Keeps together what shares something slow: a file, or the run of all examples."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        if Path(path).name in OF_THE_RUN:
            return "the run"
        name = test.partition("[")[0]
        if name in SHARED_OUT:
            return f"{path}::{name}, part {crc32(nodeid.encode()) % SHARED_OUT[name]}"
        return path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Share the files out, in the order in which they were collected."""
    return ByFile(config, log)


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no server's programs here, installed or from a package."""

    def none() -> None:
        raise LaneUnavailable("no programs")

    monkeypatch.setattr("proof.databases.own_server.postgres_programs", none)
    monkeypatch.setattr("proof.databases.own_server.redis_program", none)


@pytest.fixture(scope="session")
def checked(request: pytest.FixtureRequest) -> Check:
    """The verdicts of one run of every example that a selected test needs."""
    import pages

    SUMMARY.unlink(missing_ok=True)
    needing = [one for one in request.session.items if "checked" in one.fixturenames]
    wanted = {example.id for item in needing for example in _examples_of(item)}
    chosen = [one for one in pages.EXAMPLES if one.id in wanted]
    lanes = {lane for item in needing for lane in _lanes_of(item)}
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        report = _run(chosen, [lane for lane in LANES if lane in lanes])
    request.config.stash[CHECKED] = check(report, pages.EXAMPLES, pages.RECORDED)
    return request.config.stash[CHECKED]


def _run(chosen: list[Example], lanes: list[str]) -> Report:
    import pages

    console = Console(highlight=False)
    if not console.is_terminal:
        print(f"Running {len(chosen)} examples: {', '.join(lanes)} …", flush=True)
        return run(chosen, pages.EXAMPLES, lanes)
    with Watch(len(chosen), console) as watch:

        def saw(outcome: Outcome) -> None:
            watch.saw(verdict_on(outcome, pages.EXAMPLES))

        return run(chosen, pages.EXAMPLES, lanes, progress=saw)


def _examples_of(item: pytest.Item) -> Iterable[Example]:
    import pages

    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    if "example" in parameters:
        # Without any example for a lane, pytest puts its own word there.
        return [one for one in [parameters["example"]] if isinstance(one, Example)]
    return parameters.get("pair", pages.EXAMPLES)


def _lanes_of(item: pytest.Item) -> Iterable[str]:
    marker = item.get_closest_marker("lane")
    if marker is not None:
        return marker.args
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return [parameters["lane"]] if "lane" in parameters else LANES


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what `.ci/run` reads, and send the summary to who prints it."""
    if CHECKED not in session.config.stash:
        return
    checked = session.config.stash[CHECKED]
    write_summary(SUMMARY, checked)
    numbers = in_numbers(checked)
    session.config.stash[SUMMARIZED] = lines = [
        f"Python {numbers['python']}, Django {numbers['django']}",
        *lane_lines(numbers),
        titled("time", by_place(checked)),
    ]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["lanes"] = lines


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the summary of the process that ran the examples."""
    if lines := getattr(node, "workeroutput", {}).get("lanes"):
        node.config.stash[SUMMARIZED] = lines


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name each lane with its count, or with the reason why it did not run."""
    if lines := config.stash.get(SUMMARIZED, None):
        terminalreporter.section("lanes")
        for line in lines:
            terminalreporter.write_line(line)
