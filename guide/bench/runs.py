"""The same blocks run in three ways, and what an example costs in each."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from proof.claims.read import read_claims
from proof.example import Example
from proof.project import PROJECT, ROOT
from proof.running.run import cores, run

BLOCK = """\
import asyncio

from bridge import run_async
from django.core.management.base import BaseCommand
from trading.models import Order


class Command(BaseCommand):
    def handle(self, **options):
        order = Order.objects.get(pk=7)
        order.status = run_async(ask(order.number))
        order.save()


async def ask(number):
    await asyncio.sleep(0)
    return "{note}"


# ✅ committed: {goal}
"""
GOAL = 'Order.objects.filter(pk=7, status="{note}").exists()'


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock and of the processors, all processes included."""

    wall: float
    cpu: float


def blocks(count: int) -> list[Example]:
    """Return that many generated examples, no two alike."""
    return [_block(number) for number in range(count)]


def this_runner(examples: Sequence[Example]) -> Cost:
    """Run the examples as `proof run` does, its start and its end included."""

    def work() -> None:
        report = run(examples, examples, ["sqlite"])
        seen = [one for one in report.outcomes if list(one.answers.values()) == [True]]
        _all_reached(len(seen), len(examples))

    return measured(work)


def interpreters(examples: Sequence[Example], folder: Path) -> Cost:
    """Run each example in a new interpreter, as many at a time as there are cores."""

    def work() -> None:
        with ThreadPoolExecutor(cores()) as pool:
            seen = pool.map(lambda one: _plainly([one], folder), examples)
        _all_reached(sum(seen), len(examples))

    return measured(work)


def in_process(examples: Sequence[Example], folder: Path) -> Cost:
    """Run all examples in one interpreter, one after the other."""
    return measured(lambda: _all_reached(_plainly(examples, folder), len(examples)))


def prepared(folder: Path, examples: Sequence[Example]) -> None:
    """Write the blocks and the template database into a folder."""
    (folder / "commands").mkdir()
    for example in examples:
        _file(folder, example).write_text(example.code, "utf-8")
    subprocess.run(
        [sys.executable, "-m", "proof.running.fill"],
        env=environment(folder),
        check=True,
    )


def _block(number: int) -> Example:
    note = f"n{number}"
    goal = GOAL.format(note=note)
    code = BLOCK.format(note=note, goal=goal)
    return Example(
        id=f"bench-{number}",
        title="✅ A generated block",
        place="command",
        path=Path("docs/bench.md"),
        start=1,
        end=code.count("\n") + 2,
        code=code,
        claims=read_claims(code),
    )


def _plainly(examples: Sequence[Example], folder: Path) -> int:
    """Run examples without isolation and return how many reached their goal."""
    files = [str(_file(folder, example)) for example in examples]
    done = subprocess.run(
        [sys.executable, "-m", "guide.bench.unisolated", str(folder), *files],
        env=environment(folder),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.split().count("True")


def _file(folder: Path, example: Example) -> Path:
    return folder / "commands" / f"{example.id.replace('-', '_')}.py"


def environment(folder: Path) -> dict[str, str]:
    """Return what Python is told that runs blocks from a folder."""
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(map(str, [ROOT, *PROJECT.sources])),
        "DATABASE_URL": f"sqlite:///{folder}/template.sqlite3",
    }


def _all_reached(seen: int, count: int) -> None:
    if seen != count:
        raise RuntimeError(f"only {seen} of {count} generated blocks did their work")


def measured(work: Callable[[], object]) -> Cost:
    """Return what a piece of work takes, of all processes that it waits for."""
    before, started = _cpu(), time.monotonic()
    work()
    return Cost(time.monotonic() - started, _cpu() - before)


def _cpu() -> float:
    """Return what this process and all processes that it waited for have used."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
