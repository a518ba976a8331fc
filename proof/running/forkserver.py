"""The process that has examples run one at a time and looks at what they did.

    run.py ──orders──▶ forkserver ─┬─▶ forker ──fork──▶ command, service, …
                                   └─▶ forker ──fork──▶ script   (without Django)

It forks nothing itself, so that its own memory is never copied; what that saves, says
`forker.py`. There are several, as examples wait more than they compute: 70 runs of the
page on services lasted 116 s together, and the run of them all 26 s. When the orders
end, so do this process and the example that runs, also if the process that gave them
was killed.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from django.db import Error

from proof.databases.database import PREFIX, Database, refuse_if_full
from proof.databases.server import Server
from proof.errors import LaneUnavailable
from proof.lanes import LANES
from proof.outcome import Outcome
from proof.places import PLACES
from proof.running.forker import ForkerDied
from proof.running.messages import Answer, Exit, Order, Setup, Task, read
from proof.running.printed import on_stderr, on_stdout
from proof.running.runner import Runner
from proof.running.to_outcome import read_notes
from proof.watching.rows import Observer

WIPED = "wiped the notes of what it did"


class ForkServer:
    """Runs examples one at a time, each on a fresh database of its own."""

    def __init__(self, setup: Setup, runner: Runner, observer: Observer) -> None:
        self._setup = setup
        self._runner = runner
        self._observer = observer
        self._database = database_of(setup)
        self._without_django, self._with_django = runner.forkers
        self._count = 0

    def serve(self) -> None:
        """Serve orders until there are no more."""
        with os.fdopen(self._runner.orders, "r", encoding="utf-8") as orders:
            for line in iter(orders.readline, ""):
                try:
                    answer = self._answer(read(Order, line))
                except ForkerDied:
                    return
                self._runner.say(answer)

    def _answer(self, order: Order) -> Answer:
        try:
            return Answer(self.run(order))
        except LaneUnavailable as error:
            return Answer(lane_lost=str(error))

    def run(self, order: Order) -> Outcome:
        """Run one example and return what was seen."""
        self._count += 1
        number = f"{os.getpid()}_{self._count}"
        folder = Path(self._setup.folder) / number
        folder.mkdir()
        url = self._database.create(number)
        try:
            prefix = f"{PREFIX}{self._setup.mark}_{number}_"
            task = Task(order, url, str(folder), self._database.broker, prefix)
            before = self._runner.recorders.notes.cleared
            outcome = self._read(order, self._fork(task))
            if self._is_wiped(before):
                outcome = replace(outcome, end=WIPED)
            if not order.fills_server:
                refuse_if_full(self._database.lane, outcome)
            self._database.settle(url)
            return self._look(self._said(outcome, folder, order), url, order.questions)
        finally:
            self._database.drop(url)
            shutil.rmtree(folder, ignore_errors=True)

    def _said(self, outcome: Outcome, folder: Path, order: Order) -> Outcome:
        """Return the outcome with what was printed, and told where nobody looks."""
        told: tuple[str, ...] = ()
        if order.quiet:
            told = on_stderr(folder / "errors", PLACES[order.place], outcome)
        printed = on_stdout(folder / "output")
        return replace(outcome, printed=printed, heard=(*outcome.heard, *told))

    def _look(self, outcome: Outcome, url: str, questions: Iterable[str]) -> Outcome:
        try:
            answers, changes = self._observer.look(url, questions)
        except Error as error:
            # If it is the server that is gone, dropping the database will say so.
            return replace(outcome, end=f"left a database that cannot be read: {error}")
        before = self._observer.before(questions)
        return replace(outcome, answers=answers, before=before, changes=changes)

    def _is_wiped(self, cleared_before: int) -> bool:
        """Whether the end is noted and not the beginning, or all was cleared again."""
        notes = self._runner.recorders.notes
        kinds = {kind for kind, _ in notes.notes()}
        return notes.cleared != cleared_before + 1 or kinds & {
            "began",
            "threads ended",
        } == {"threads ended"}

    def _fork(self, task: Task) -> Exit:
        if PLACES[task.order.place].sets_up_django:
            return self._without_django.run(task)
        return self._with_django.run(task)

    def _read(self, order: Order, exit_: Exit) -> Outcome:
        return read_notes(
            order.example,
            order.lane,
            self._runner.recorders.notes.notes(),
            self._runner.recorders.hangs.notes(),
            exit_,
            self._runner.recorders.notes.dropped,
        )


def database_of(setup: Setup) -> Database:
    """Return the database of the lane that a process was told of."""
    lane, server = LANES[setup.lane], Server(setup.server)
    return lane.on(server, Path(setup.folder), setup.mark)
