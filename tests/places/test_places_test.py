"""The place test: what both runners show of a test file, and what it leaves."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import GOAL, databases, fence, lanes_here, marks_of_runs, verdicts, written

from proof.outcome import Outcome
from proof.report import Report
from proof.running.run import run
from proof.verdict import Verdict

RUNNERS = ("django", "pytest")
each_runner = pytest.mark.parametrize("under", RUNNERS)

HEAD = """
import asyncio
import threading
import unittest

from django.test import SimpleTestCase, TestCase, TransactionTestCase
from trading.models import Order


def cancel():
    Order.objects.filter(pk=7).update(status="cancelled")


"""
CANCELS = """
class Tests(TestCase):
    def test_cancel(self):
        cancel()
        print("cancelled")
        #> cancelled
"""
AWAITS = """
class Tests(TestCase):
    async def test_cancel(self):
        await Order.objects.filter(pk=7).aupdate(status="cancelled")
        self.assertEqual((await Order.objects.aget(pk=7)).status, "cancelled")
"""
LEAKS_OUT = """
class Tests(TestCase):
    def test_cancel(self):
        asyncio.run(Order.objects.filter(pk=7).aupdate(status="cancelled"))
"""
FAILS = """
class Tests(TestCase):
    def test_cancel(self):
        cancel()
        self.fail("no")  # ❌ raises AssertionError: no
"""
SETUP_FAILS = """
class Tests(TestCase):
    def setUp(self):
        1 / 0  # ❌ raises ZeroDivisionError: division by zero

    def test_cancel(self):
        cancel()
"""
TWO_FAIL = """
class Tests(TestCase):
    def test_one(self):
        self.fail("no")

    def test_two(self):
        self.fail("neither")
"""
SUBTEST_FAILS = """
class Tests(TestCase):
    def test_cancel(self):
        with self.subTest(pk=7):
            self.fail("no")  # ❌ raises AssertionError: no
"""
IMPORT_FAILS = """
import nothing_there  # ❌ raises ModuleNotFoundError: No module named 'nothing_there'
"""
SKIPS = """
class Tests(TestCase):
    @unittest.skip("not today")
    def test_cancel(self):
        cancel()
"""
EXPECTS = """
class Tests(TestCase):
    @unittest.expectedFailure
    def test_cancel(self):
        cancel()
"""
FLUSHES = """
class Tests(TransactionTestCase):
    serialized_rollback = True

    def test_one(self):
        assert Order.objects.count() == 4

    def test_two(self):
        assert Order.objects.count() == 4
"""
WARNS = """
class Tests(SimpleTestCase):
    def test_wait(self):
        asyncio.sleep(0)
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
"""
ENDS = """
class Tests(TestCase):
    def test_end(self):
        raise SystemExit(0)
"""
PLAIN = """
import pytest


@pytest.mark.django_db
def test_cancel():
    cancel()
    assert Order.objects.get(pk=7).status == "cancelled"


async def test_async(anyio_backend="asyncio"):
    raise AssertionError("never reached")
"""


def block(name: str, body: str, claims: str = "", under: str = "django pytest") -> str:
    """Return a ✅, or a ❌ whose twin is `cancels`, run by each runner."""
    good = claims.startswith("# ✅")
    title = "✅ It works" if good else "❌ It fails"
    code = f"{HEAD}{body.strip()}\n\n\n{claims}".strip()
    made = fence(name, code, title, place="test", twin=None if good else "cancels")
    return made.replace('data-place="test"', f'data-place="test" data-under="{under}"')


ESCAPED = f"# ❌ escaped: {GOAL}"
PAGE = (
    block("cancels", CANCELS, f"# ✅ rolled back: {GOAL}"),
    block("awaits", AWAITS, f"# ✅ rolled back: {GOAL}"),
    block("flushes", FLUSHES, "# ✅ committed: Order.objects.count() == 0"),
    block("leaks-out", LEAKS_OUT, ESCAPED),
    block("fails", FAILS),
    block("setup-fails", SETUP_FAILS),
    block("two-fail", TWO_FAIL, ESCAPED),
    block("subtest-fails", SUBTEST_FAILS),
    block("import-fails", IMPORT_FAILS),
    block("no-test", "", ESCAPED),
    block("skips", SKIPS, ESCAPED),
    block("expects", EXPECTS, ESCAPED),
    block("warns", WARNS, ESCAPED),
    block("ends", ENDS, ESCAPED),
    block("plain", PLAIN, ESCAPED, "pytest"),
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Run the whole page once."""
    examples = written(tmp_path_factory.mktemp("tests"), *PAGE)
    return run(examples, examples, ["sqlite"], limit=8.0)


@pytest.fixture(scope="module")
def judged(
    report: Report, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str], Verdict]:
    """Return the verdicts on it."""
    return verdicts(report, written(tmp_path_factory.mktemp("again"), *PAGE))


def seen(report: Report, name: str, under: str) -> Outcome:
    """Return one outcome."""
    return report.of(name)[f"sqlite/{under}"]


def raised(report: Report, name: str, under: str) -> tuple[str, str]:
    """Return the type and the message of what an example raised."""
    found = seen(report, name, under).raised
    assert found is not None
    return found.type.rpartition(".")[2], found.message


@each_runner
def test_a_green_test_leaves_nothing(
    report: Report, judged: Mapping[tuple[str, str], Verdict], under: str
) -> None:
    """A test's rows are rolled back, and only its own words are its print."""
    verdict = judged["cancels", f"sqlite/{under}"]
    assert verdict.holds, str(verdict)
    assert seen(report, "cancels", under).printed == ("cancelled",)
    assert not seen(report, "cancels", under).left


@each_runner
def test_the_trace_begins_with_the_test(report: Report, under: str) -> None:
    """Making the database ready and checking the project stand in no trace."""
    kinds = [one.kind for one in seen(report, "cancels", under).statements]
    assert kinds[:3] == ["BEGIN", "SAVEPOINT", "UPDATE"]


@each_runner
def test_an_async_test_of_a_django_class(
    judged: Mapping[tuple[str, str], Verdict], under: str
) -> None:
    """Django itself runs it, under either runner."""
    assert judged["awaits", f"sqlite/{under}"].holds


@each_runner
@pytest.mark.parametrize(
    "name", ["fails", "setup-fails", "subtest-fails", "import-fails"]
)
def test_a_red_test_is_noted(
    judged: Mapping[tuple[str, str], Verdict], name: str, under: str
) -> None:
    """What makes a test, its set-up or its file fail is raised, at its line."""
    verdict = judged[name, f"sqlite/{under}"]
    assert verdict.holds, str(verdict)


@each_runner
def test_two_red_tests_are_told_apart_from_one(report: Report, under: str) -> None:
    """One exception does not stand for two."""
    told = ("TestsFailed", "2 tests failed; an example shows one")
    assert raised(report, "two-fail", under) == told


@each_runner
@pytest.mark.parametrize("name", ["no-test", "skips"])
def test_a_file_without_a_test_is_no_green(
    report: Report, name: str, under: str
) -> None:
    """No test found, and none that is not skipped, is an error."""
    kind, text = raised(report, name, under)
    assert kind == "NoTest"
    assert text == f"{under} ran no test of tests/test_{name.replace('-', '_')}.py"


@each_runner
def test_an_expected_failure_that_passes_is_red(report: Report, under: str) -> None:
    """Both runners call it a failure."""
    assert "nexpected success" in raised(report, "expects", under)[1]


@each_runner
def test_what_leaks_out_of_a_test_is_seen(
    judged: Mapping[tuple[str, str], Verdict], under: str
) -> None:
    """The database is kept, so that a row of another connection is found."""
    verdict = judged["leaks-out", f"sqlite/{under}"]
    assert verdict.holds, str(verdict)


@each_runner
def test_rows_come_back_between_tests_and_are_gone_at_the_end(
    judged: Mapping[tuple[str, str], Verdict], under: str
) -> None:
    """`serialized_rollback` has the rows to load, and the last flush stays."""
    verdict = judged["flushes", f"sqlite/{under}"]
    assert verdict.holds, str(verdict)


@each_runner
def test_warnings_are_noted(report: Report, under: str) -> None:
    """Warnings reach the watcher, also those that pytest would keep."""
    told = [(one.category, one.line) for one in seen(report, "warns", under).warnings]
    assert told == [("RuntimeWarning", 15), ("threading", 16)]


@each_runner
def test_a_runner_that_is_ended_is_no_green(report: Report, under: str) -> None:
    """A test that ends the process's run is not taken for one that passes."""
    outcome = seen(report, "ends", under)
    assert outcome.end == "raised" and outcome.raised is not None


DROPPED = """
# ❌ raises OperationalError: database … is being accessed by other users… [postgresql]
# ❌ leaks 1 connection, 1 thread
"""


@pytest.mark.parametrize("lane", lanes_here())
def test_a_throwaway_database_is_made_and_destroyed(tmp_path: Path, lane: str) -> None:
    """A test sees the rows there, and who holds on to it spoils the end of the run."""
    examples = written(
        tmp_path,
        block("cancels", CANCELS, f"# ✅ rolled back: {GOAL}", "throwaway"),
        block("leaks-out", LEAKS_OUT, DROPPED.strip(), "throwaway"),
    )
    with marks_of_runs() as marks:
        report = run(examples, examples, [lane])
    for verdict in verdicts(report, examples).values():
        assert verdict.holds, str(verdict)
    assert databases(marks) == []


def test_pytest_runs_no_bare_coroutine(report: Report) -> None:
    """pytest has its own tests and markers, and fails an `async def`."""
    kind, text = raised(report, "plain", "pytest")
    assert kind == "Failed"
    assert text.startswith("async def functions are not natively supported.")
