"""How the guard is switched on and off, and what an exception from it must say."""

from pathlib import Path

import pytest
from test_guard_kinds import PYTEST, call, copied

TEST = """
import pytest
from django.test import TransactionTestCase
from kiosk import services


{mark}
class Tests(TransactionTestCase):
    def test_leaves(self):
        services.start_a_thread()
"""
DJANGO = (*PYTEST, "-p", "pytest_django.plugin", "test_own.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project, with the guard off."""
    return copied(tmp_path)


def own_test(folder: Path, mark: str = "", ini: str = "") -> None:
    """Write a test that leaves a thread, and the settings of pytest."""
    (folder / "test_own.py").write_text(TEST.format(mark=mark), "utf-8")
    (folder / "pytest.ini").write_text(f"[pytest]\n{ini}", "utf-8")


def test_it_is_off_unless_asked_for(folder: Path) -> None:
    """Then neither it nor what it listens with is imported."""
    own_test(folder)
    looks = "import sys\n\n\ndef pytest_unconfigure():\n    print(*sys.modules)\n"
    (folder / "conftest.py").write_text(looks, "utf-8")
    done = call(folder, *DJANGO)
    assert "1 passed" in done.stdout, done.stdout
    named = [one for one in done.stdout.split() if one.startswith("django_async_lint.")]
    assert named == ["django_async_lint.pytest_plugin"]


@pytest.mark.parametrize(
    ("ini", "options", "passes"),
    [
        ("async_guard = true", [], False),
        ("", ["--async-guard"], False),
        ("async_guard = true", ["--no-async-guard"], True),
    ],
)
def test_it_is_switched_on_and_off(
    folder: Path, ini: str, options: list[str], passes: bool
) -> None:
    """By the settings of pytest, and by an option, which has the last word."""
    own_test(folder, ini=ini)
    done = call(folder, *DJANGO, *options)
    assert (done.returncode == 0) is passes, done.stdout
    assert ("left-thread" in done.stdout) is not passes


ALLOWS = '@pytest.mark.async_guard(allow=["left-thread"], reason="a pool of the tests")'


@pytest.mark.parametrize(
    ("mark", "ini"),
    [
        (ALLOWS, ""),
        ("", "async_guard_allow =\n    left-thread: a pool of the tests"),
    ],
)
def test_an_exception_with_a_reason(folder: Path, mark: str, ini: str) -> None:
    """A marker allows a kind in one test, a setting everywhere."""
    own_test(folder, mark, f"async_guard = true\n{ini}")
    done = call(folder, *DJANGO)
    assert done.returncode == 0, done.stdout


def test_a_setting_of_django(folder: Path) -> None:
    """It allows for both runners."""
    own_test(folder, ini="async_guard = true")
    settings = folder / "settings.py"
    more = 'ASYNC_GUARD_ALLOW = {"left-thread": "a pool of the tests"}\n'
    settings.write_text(settings.read_text("utf-8") + more, "utf-8")
    for words in (DJANGO, ("django", "test", "test_own", "--pythonpath", ".")):
        done = call(folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    settings.write_text(settings.read_text("utf-8").replace("a pool of the tests", ""))
    done = call(folder, "django", "test", "test_own", "--pythonpath", ".")
    assert (
        "settings.ASYNC_GUARD_ALLOW allows left-thread without a reason" in done.stderr
    )


@pytest.mark.parametrize(
    ("mark", "ini", "says"),
    [
        (
            '@pytest.mark.async_guard(allow=["left-thread"])',
            "",
            "test_own.py:9: @pytest.mark.async_guard allows left-thread without a",
        ),
        (
            '@pytest.mark.async_guard(allow=["threads"], reason="many")',
            "",
            "test_own.py:9: @pytest.mark.async_guard allows 'threads'; there are: ",
        ),
        (
            '@pytest.mark.async_guard(reason="many")',
            "",
            "test_own.py:9: @pytest.mark.async_guard allows no kind; there are: other-",
        ),
        (
            "",
            "async_guard_allow =\n    left-thread",
            "async_guard_allow allows left-thread without a reason; write why",
        ),
    ],
)
def test_an_exception_without_a_reason(
    folder: Path, mark: str, ini: str, says: str
) -> None:
    """It is an error that names its place, and no test runs."""
    own_test(folder, mark, f"async_guard = true\n{ini}")
    done = call(folder, *DJANGO)
    assert done.returncode == 4
    assert says in done.stdout + done.stderr


def test_without_pytest_django(folder: Path) -> None:
    """Django set up by hand is enough."""
    own_test(folder, ini="async_guard = true")
    conftest = """
import django
from django.test.utils import setup_databases, setup_test_environment

django.setup()
setup_test_environment()
setup_databases(verbosity=0, interactive=False)
"""
    (folder / "conftest.py").write_text(conftest, "utf-8")
    done = call(folder, *PYTEST, "test_own.py")
    assert "kiosk/services.py" in done.stdout, done.stdout
    assert "1 failed" in done.stdout


PLAIN = """
import threading

import pytest
from kiosk import services
from kiosk.models import Item


@pytest.fixture
def pool():
    ends = threading.Event()
    thread = threading.Thread(target=ends.wait)
    thread.start()
    yield lambda: threading.Thread(target=ends.wait).start()
    ends.set()


def test_of_a_fixture(pool):
    pool()


def test_of_its_own(pool):
    services.start_a_thread()


@pytest.mark.django_db
def test_written_elsewhere():
    services.sell_in_a_thread("pen")


@pytest.mark.django_db
def test_written():
    services.sell("pen")


@pytest.mark.django_db
def test_fails_by_itself():
    services.sell_in_a_thread("pen")
    assert Item.objects.count() == 100
"""


def test_functions_and_fixtures(folder: Path) -> None:
    """What a fixture ends is not left, and a failure of its own is told first."""
    own_test(folder, ini="async_guard = true")
    (folder / "test_own.py").write_text(PLAIN, "utf-8")
    done = call(folder, *DJANGO)
    lines = done.stdout.splitlines()
    assert sorted(one for one in lines if one.startswith(("FAILED", "ERROR"))) == [
        "ERROR test_own.py::test_of_its_own - Failed: the async guard found:",
        "FAILED test_own.py::test_fails_by_itself - assert 2 == 100",
        "FAILED test_own.py::test_written_elsewhere - Failed: the async guard found:",
    ], done.stdout
    assert "Captured async guard call" in done.stdout
