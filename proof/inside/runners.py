"""How a test file is run and counted by a test runner.

Both runners differ from a project's in one thing: the test database is the example's
own. It holds the rows of the template, as if a migration had made them, and it is
neither made nor destroyed here, as with `--keepdb` and `--reuse-db`: what leaked out
of a test can be looked at from outside. On SQLite it is a file, which a thread opens
for itself as it does a server's database; Django's default there is in memory.

Under `pytest-asyncio`, pytest has that plugin as well.

Under `throwaway`, Django's runner does make a database, from the example's own, and
destroys it at the end. Nothing that a test did can be looked at then.

The runner's own report goes to standard error, what a test prints to standard output.
"""

import contextlib
import importlib
import os
import shutil
import sys
import unittest
from collections.abc import Callable
from types import TracebackType
from typing import Any

import pytest
from django.core import management
from django.db import connections
from django.test.runner import DiscoverRunner

from proof.places.place import Block
from proof.project import PROJECT
from proof.watching.watcher import Watcher

PYTEST = (
    "--capture=no",
    "--verbosity=0",
    "--reuse-db",
    "-p",
    "pytest_django.plugin",
    "-p",
    "anyio.pytest_plugin",
    # Warnings are noted as everywhere, and nothing is kept for a next run.
    "-p",
    "no:warnings",
    "-p",
    "no:threadexception",
    "-p",
    "no:cacheprovider",
)
"""The plugins: pytest-django's, and the one that comes with httpx."""
Failure = tuple[type[BaseException], BaseException, TracebackType | None]


class NoTest(RuntimeError):
    """The runner found no test in the file, or skipped them all."""


class RunnerFailed(RuntimeError):
    """The runner ended in another way than with the end of its tests."""


class TestsFailed(RuntimeError):
    """More than one test failed, and an example shows one."""


def run(block: Block) -> None:
    """Run the file's tests.

    Raises:
        NoTest: the runner ran none.
        RunnerFailed: the runner did not come to its end.
    """
    (block.file.parent / "__init__.py").touch()
    sys.path.insert(0, str(block.file.parent.parent))
    if PROJECT.celery:
        from proof.inside import queue

        queue.configure(queue.app, block)
    seen = Seen(block.watcher)
    _RUNNERS[block.under](block, seen)
    if not seen.tests and not seen.failed:
        raise NoTest(f"{block.under} ran no test of tests/{block.file.name}")


class Seen:
    """How many tests ran, and how many failed."""

    def __init__(self, watcher: Watcher) -> None:
        self.tests = self.failed = 0
        self._watcher = watcher

    def failure(self, error: BaseException) -> None:
        """Note what made a test fail, or that there is more than one such test."""
        self.failed += 1
        if self.failed > 1:
            error = TestsFailed(f"{self.failed} tests failed; an example shows one")
        self._watcher.raised(error)


def _run_django(block: Block, seen: Seen) -> None:
    """Run `manage.py test tests.test_NAME --keepdb`."""
    _makes_database(lambda: None)
    _run_command(block, seen, "--keepdb")


def _run_throwaway(block: Block, seen: Seen) -> None:
    """Run `manage.py test tests.test_NAME`, which makes and destroys a database."""
    _makes_database(_make_another)
    _run_command(block, seen)


def _makes_database(make: Callable[[], None]) -> None:
    """Let `make` take the place of making and migrating the test database."""
    creation = connections["default"].creation
    setattr(creation, "create_test_db", lambda **kwargs: make())  # noqa: B010


def _make_another() -> None:
    connection = connections["default"]
    creation: Any = connection.creation
    name = str(connection.settings_dict["NAME"])
    of_test = {"NAME": f"{name}_test", "TEMPLATE": name}
    connection.settings_dict["TEST"].update(of_test)
    creation._create_test_db(verbosity=0, autoclobber=True, keepdb=False)
    if connection.vendor == "sqlite":
        shutil.copyfile(name, of_test["NAME"])
    connection.settings_dict["NAME"] = of_test["NAME"]


def _run_command(block: Block, seen: Seen, *options: str) -> None:
    _Runner.seen = seen
    runner = f"--testrunner={__name__}.{_Runner.__name__}"
    words = ["test", f"tests.{block.name}", "--noinput", "--verbosity=0", runner]
    try:
        management.execute_from_command_line(["manage.py", *words, *options])
    except SystemExit as exit_:
        if not seen.failed and seen.tests:
            raise RunnerFailed(f"manage.py test ended with {exit_.code}") from exit_


class _Runner(DiscoverRunner):
    """Django's runner, with a word to the watcher."""

    seen: Seen

    def build_suite(self, test_labels: Any = None, **kwargs: Any) -> Any:
        # unittest keeps only the text of what an import raises.
        for label in test_labels:
            importlib.import_module(label)
        return super().build_suite(test_labels, **kwargs)

    def run_checks(self, databases: Any) -> None:
        with contextlib.redirect_stdout(sys.stderr):
            super().run_checks(databases)

    def get_resultclass(self) -> Any:
        return _Result


class _Result(unittest.TextTestResult):
    def startTest(self, test: unittest.TestCase) -> None:
        _Runner.seen.tests += 1
        super().startTest(test)

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        _Runner.seen.failure(err[1])
        super().addError(test, err)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        _Runner.seen.failure(err[1])
        super().addFailure(test, err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        if err is not None:
            _Runner.seen.failure(err[1])
        super().addSubTest(test, subtest, err)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        _Runner.seen.tests -= 1
        super().addSkip(test, reason)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        _Runner.seen.failure(AssertionError(f"unexpected success: {test}"))
        super().addUnexpectedSuccess(test)


def _run_pytest(block: Block, seen: Seen, *more: str) -> None:
    """Run `pytest tests/test_NAME.py`."""
    _makes_database(lambda: None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    folder = block.file.parent.parent
    ini = folder / "pytest.ini"
    setting = f"DJANGO_SETTINGS_MODULE = {PROJECT.settings}"
    ini.write_text(f"[pytest]\n{setting}\n", "utf-8")
    args = [
        *PYTEST,
        *more,
        f"--rootdir={folder}",
        f"--config-file={ini}",
        str(block.file),
    ]
    code = pytest.main(args, plugins=[_Plugin(seen)])
    # It keeps the last failure for a debugger, and all that its frames hold.
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        vars(sys).pop(name, None)
    if code not in (0, pytest.ExitCode.NO_TESTS_COLLECTED) and not seen.failed:
        raise RunnerFailed(f"pytest ended with {code!r}")


def _run_pytest_asyncio(block: Block, seen: Seen) -> None:
    scope = "asyncio_default_fixture_loop_scope=function"  # It warns where none is set.
    _run_pytest(block, seen, "-p", "pytest_asyncio.plugin", "-o", scope)


class _Plugin:
    """A plugin that sends the report to standard error and notes failures."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Let the terminal reporter write to standard error."""
        config.get_terminal_writer()._file = sys.stderr

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that was not skipped."""
        skipped = report.skipped and not hasattr(report, "wasxfail")
        self._seen.tests += report.when == "call" and not skipped

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        """Note an exception that makes a test, its set-up or the import fail."""
        assert call.excinfo is not None
        error = call.excinfo.value
        if isinstance(error, pytest.Collector.CollectError):
            error = error.__cause__ or error
        self._seen.failure(error)


_RUNNERS = {
    "django": _run_django,
    "pytest": _run_pytest,
    "throwaway": _run_throwaway,
    "pytest-asyncio": _run_pytest_asyncio,
}
