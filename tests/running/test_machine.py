"""What a machine has not got: the example did not run, and the reason is named."""

import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from support import CANCEL, fence, written
from test_docs import holds

from proof.example import Example
from proof.judging.check import Check, check
from proof.judging.summary import in_numbers, lane_lines
from proof.project import PROJECT
from proof.running import machine
from proof.running.machine import BROWSER, browser_driver, not_started
from proof.running.run import run

WITH_A_BROWSER = f"import playwright\n{CANCEL}"
REASON = "Playwright's driver does not start: no such library"


@pytest.fixture
def examples(tmp_path: Path) -> tuple[Example, ...]:
    """Return `right`, and `shown`, which needs a browser."""
    return written(tmp_path, fence("right", CANCEL), fence("shown", WITH_A_BROWSER))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch, examples: tuple[Example, ...]) -> Check:
    """A run of them on a machine without what a browser needs."""
    monkeypatch.setattr(machine, "OF_THE_MACHINE", {BROWSER: lambda: REASON})
    return check(run(examples, examples, ["sqlite"]), examples)


def test_what_is_not_there_refutes_nothing(checked: Check) -> None:
    """The example did not run, with a reason of its own; the others do."""
    assert checked.report.unmet == {("shown", "sqlite"): REASON}
    assert [one.example.id for one in checked.verdicts] == ["right"]
    assert not checked.refuted
    assert lane_lines(in_numbers(checked)) == [
        f"sqlite           1 of 1 hold; 1 did not run, because {REASON} (shown)"
    ]


def test_pytest_skips_it_with_the_reason(
    checked: Check, examples: tuple[Example, ...]
) -> None:
    """What did not run is skipped and not passed."""
    with pytest.raises(pytest.skip.Exception, match=f"because {REASON}"):
        holds(examples[-1], "sqlite", checked)


def test_what_is_there_runs(
    monkeypatch: pytest.MonkeyPatch, examples: tuple[Example, ...]
) -> None:
    """Where the driver starts, nothing is left out."""
    monkeypatch.setattr(machine, "OF_THE_MACHINE", {BROWSER: lambda: None})
    report = run(examples[-1:], examples, ["sqlite"])
    assert report.unmet == {}
    assert [one.example for one in report.outcomes] == ["shown"]


def test_nobody_is_asked_for_what_no_example_needs(
    monkeypatch: pytest.MonkeyPatch, examples: tuple[Example, ...]
) -> None:
    """A run without a browser test does not start the driver."""
    monkeypatch.setattr(
        machine, "OF_THE_MACHINE", {BROWSER: lambda: pytest.fail("asked")}
    )
    assert machine.unmet(examples[:1], ["sqlite"]) == {}


def test_a_program_that_does_not_start_says_why(tmp_path: Path) -> None:
    """The reason is the program's last line, its exit code, or the system's word."""
    says = [sys.executable, "-c", "import sys; sys.exit('one\\nno such library')"]
    assert not_started("It", says) == "It does not start: no such library"
    path = tmp_path / "program"
    path.write_text("#!/bin/sh\necho $0: lost >&2\nexit 1\n", "utf-8")
    path.chmod(0o755)
    assert not_started("It", [str(path)]) == "It does not start: program: lost"
    silent = [sys.executable, "-c", "import sys; sys.exit(3)"]
    assert not_started("It", silent) == "It does not start: exit code 3"
    missing = not_started("It", [str(tmp_path / "nothing")])
    assert missing is not None and "No such file" in missing
    assert not_started("It", [sys.executable, "--version"]) is None


def test_the_driver_itself_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that ends at once is told from one that is there."""
    driver = "playwright._impl._driver.compute_driver_executable"
    monkeypatch.setattr(driver, lambda: (sys.executable, "-c", "import nothing_here"))
    reason = browser_driver()
    assert reason is not None
    assert "driver does not start: ModuleNotFoundError" in reason


def test_an_optional_module_is_needed_by_who_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By an import, or by what it runs under; where it is there, nothing is unmet."""
    asks = f"import no_such_module\n{CANCEL}"
    test = "# ✅ rolled back: Order.objects.filter(pk=1).exists()"
    under = fence("under", test, place="test").replace(
        'data-place="test"', 'data-place="test" data-under="pytest-asyncio"'
    )
    examples = written(tmp_path, fence("right", CANCEL), fence("asks", asks), under)
    optional = ("no_such_module", "pytest_asyncio", "django")
    monkeypatch.setattr(machine, "PROJECT", replace(PROJECT, optional=optional))
    monkeypatch.setattr(
        machine, "find_spec", lambda name: name == "django" and find_spec(name)
    )
    assert machine.unmet(examples, ["sqlite"]) == {
        ("asks", "sqlite"): "no_such_module is not installed",
        ("under", "sqlite/pytest-asyncio"): "pytest_asyncio is not installed",
    }


SERVES = """
from django.http import HttpResponse
from django.urls import path


def view(request):
    return HttpResponse()


urlpatterns = [path("", view)]

#> GET / 200
# ✅ committed: Order.objects.filter(pk=7, status="working").exists()
"""


def test_only_the_lane_of_a_missing_server_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same example runs under the other server, and is judged there."""
    code = SERVES.replace('"working"', '"cancelled"')
    served = fence("served", code, place="view", call="get('/')").replace(
        'data-place="view"', 'data-place="view" data-under="uvicorn daphne"'
    )
    examples = written(tmp_path, served)
    monkeypatch.setattr(machine, "PROJECT", replace(PROJECT, optional=("daphne",)))
    monkeypatch.setattr(machine, "find_spec", lambda name: None)
    report = run(examples, examples, ["sqlite"])
    assert report.unmet == {("served", "sqlite/daphne"): "daphne is not installed"}
    judged = check(report, examples).on(examples[0], "sqlite")
    assert [(one.outcome.lane, one.holds) for one in judged] == [
        ("sqlite/uvicorn", False)
    ]
