"""A run brings back an outcome of each example, in each lane that can run."""

import os
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from support import CANCEL, GOAL, LOOK, fence, outcome_of, verdicts, written

from proof.errors import ServerDied
from proof.example import Example
from proof.outcome import Change, Outcome, from_json, to_json
from proof.project import PROJECT
from proof.report import Report
from proof.running.run import cores, run

COMMAND = f"""
from django.core.management.base import BaseCommand
from trading.models import Order


class Command(BaseCommand):
    def handle(self, **options):
        Order.objects.filter(pk=7).update(status="cancelled")
        self.stdout.write(__name__)
        #> trading.management.commands.{{}}


# ✅ committed: {GOAL}
"""
SCRIPT = f"""
import os
import sys
from pathlib import Path

import django

print(__name__, len(sys.argv), Path(__file__).name, Path.cwd().name)
#> __main__ 1 a_script.py project
print("DJANGO_SETTINGS_MODULE" in os.environ, "trading.models" in sys.modules)
#> False False
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from trading.models import Order

Order.objects.filter(pk=7).update(status="cancelled")
sys.exit(0)

# ✅ committed: {GOAL}
"""
CALLED = f"""
from trading.models import Order


def act(number, *, status):
    Order.objects.filter(number=number).update(status=status)


# ✅ committed: {GOAL}
"""
COMMAND_ERROR = f"""
from django.core.management.base import BaseCommand, CommandError


class NoOrder(CommandError):
    pass


class Command(BaseCommand):
    def handle(self, **options):
        raise NoOrder("no such order")  # ❌ raises NoOrder: no such order


# ❌ lost: {GOAL}
"""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Example, ...]:
    """Return an example of each place, and one that fails."""
    return written(
        tmp_path_factory.mktemp("run"),
        fence("a-command", COMMAND.format("a_command"), place="command"),
        fence("a-script", SCRIPT, place="script"),
        fence("a-service", CALLED, call="act('B-7', status='cancelled')"),
        fence(
            "an-error", COMMAND_ERROR, "❌ It fails", place="command", twin="a-command"
        ),
    )


@pytest.fixture(scope="module")
def progress() -> list[Outcome]:
    """Return what was told of while the run went on."""
    return []


@pytest.fixture(scope="module")
def report(examples: tuple[Example, ...], progress: list[Outcome]) -> Report:
    """Run the examples once."""
    return run(examples, examples, ["sqlite"], jobs=1, progress=progress.append)


@pytest.mark.parametrize("name", ["a-command", "a-script", "a-service", "an-error"])
def test_each_place_runs_its_examples(
    report: Report, examples: tuple[Example, ...], name: str
) -> None:
    """A command, a script and a service run as in life."""
    verdict = verdicts(report, examples)[name, "sqlite"]
    assert verdict.holds, str(verdict)


def test_the_rows_that_differ_are_seen(report: Report) -> None:
    """A change holds what was before and what is after, and only that."""
    assert outcome_of(report, "a-service").changes == (
        Change("trading_order", 7, {"status": "working"}, {"status": "cancelled"}),
    )
    assert outcome_of(report, "an-error").changes == ()


def test_twins_are_asked_the_same(report: Report) -> None:
    """A ❌ is asked for the goal of its twin."""
    assert outcome_of(report, "an-error").answers == {GOAL: False}


def test_progress_is_told(report: Report, progress: list[Outcome]) -> None:
    """Each outcome is told of as it comes, and is timed."""
    assert progress == list(report.outcomes)
    assert all(report.seconds[one.example, one.lane] > 0 for one in progress)


def test_an_outcome_is_plain_data_and_back(report: Report) -> None:
    """An outcome survives being written down."""
    for outcome in report.outcomes:
        assert from_json(to_json(outcome)) == outcome


def test_only_the_chosen_run(tmp_path: Path) -> None:
    """Twins that are not chosen are asked about, but do not run."""
    examples = written(
        tmp_path,
        fence("right", CANCEL),
        fence("wrong", f"{LOOK}\n\n# ❌ lost: {GOAL}", "❌ It fails", twin="right"),
    )
    report = run(examples[1:], examples, ["sqlite"])
    assert [one.example for one in report.outcomes] == ["wrong"]


def test_nothing_chosen_is_nothing_run() -> None:
    """An empty choice gives an empty report."""
    assert run((), (), ["sqlite"]).outcomes == ()


def test_as_many_run_as_there_are_cores() -> None:
    """The cores that this process may use are all used."""
    assert cores() == len(os.sched_getaffinity(0))


def test_a_template_that_cannot_be_filled_ends_the_run(
    examples: tuple[Example, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in the example project itself is told as it is."""
    nowhere = replace(PROJECT, source=Path("/nowhere"), services=())
    for module in ("run", "services"):
        monkeypatch.setattr(f"proof.running.{module}.PROJECT", nowhere)
    monkeypatch.setattr(
        "proof.running.services.clean_up_after", lambda folder: nullcontext()
    )
    with pytest.raises(ServerDied, match="the template database could not be filled:"):
        run(examples, examples, ["sqlite"])
