"""The process that has examples run one at a time and looks at what they did.

    run.py ──orders──▶ forkserver ─┬─▶ nursery ──fork──▶ command, service, …
                                   └─▶ nursery ──fork──▶ script   (without Django)

It forks nothing itself, so that its own memory is never copied. Orders and answers are
lines of JSON. When the orders end, so do this process and the example that runs, also
if the process that gave them was killed.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from django.db import Error

from proof.child import Task
from proof.errors import LaneUnavailable
from proof.full import Full
from proof.lanes import PREFIX, Lane, Postgres, Redis, Sqlite, refuse_if_full
from proof.notes import read_notes
from proof.nursery import NurseryDied
from proof.observe import Observer
from proof.outcome import Outcome
from proof.places import WITHOUT_DJANGO
from proof.slot import Slot
from proof.supervise import Exit


@dataclass(frozen=True)
class Setup:
    """What a forkserver is told at its start.

    `name` is the lane's; `server` the URL of a PostgreSQL server, empty for SQLite;
    `limit` is the seconds that an example may take; `broker` the URL of the Redis
    server, empty for a broker of files.
    """

    name: str
    folder: str
    mark: str
    server: str
    limit: float
    broker: str = ""

    def lane(self) -> Lane:
        """Return the lane that the examples run in."""
        if self.name == "postgresql":
            return Postgres(self.server, self.mark)
        if self.name == "full":
            return Full(self.server, self.mark)
        if self.name == "redis":
            return Redis(Path(self.folder), broker=self.broker, mark=self.mark)
        return Sqlite(Path(self.folder))


WIPED = "wiped the notes of what it did"


class ForkServer:
    """Runs examples one at a time, each on a fresh database of its own."""

    def __init__(self, setup: Setup, slot: Slot, observer: Observer) -> None:
        self._setup = setup
        self._slot = slot
        self._observer = observer
        self._lane = setup.lane()
        self._without_django, self._with_django = slot.nurseries
        self._count = 0

    def serve(self) -> None:
        """Serve orders until there are no more."""
        with os.fdopen(self._slot.orders, "r", encoding="utf-8") as orders:
            for line in iter(orders.readline, ""):
                try:
                    answer = self._answer(json.loads(line))
                except NurseryDied:
                    return
                self._slot.say(answer)

    def _answer(self, order: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"outcome": asdict(self.run(order))}
        except LaneUnavailable as error:
            return {"lane lost": str(error)}

    def run(self, order: dict[str, Any]) -> Outcome:
        """Run one example and return what was seen."""
        self._count += 1
        number = f"{os.getpid()}_{self._count}"
        folder = Path(self._setup.folder) / number
        folder.mkdir()
        url = self._lane.create(number)
        try:
            task = Task(
                **order["task"], database_url=url, folder=str(folder),
                broker=self._setup.broker,
                prefix=f"{PREFIX}{self._setup.mark}_{number}_",
            )  # fmt: skip
            before = self._slot.recorders.notes.cleared
            outcome = self._read(task, order["lane"], self._fork(task))
            if self._is_wiped(before):
                outcome = replace(outcome, end=WIPED)
            if not order["full_expected"]:
                refuse_if_full(self._lane.name, outcome)
            self._lane.settle(url)
            outcome = replace(outcome, printed=_printed(folder / "output"))
            return self._look(outcome, url, order["expressions"])
        finally:
            self._lane.drop(url)
            shutil.rmtree(folder, ignore_errors=True)

    def _look(self, outcome: Outcome, url: str, expressions: list[str]) -> Outcome:
        try:
            answers, changes = self._observer.look(url, expressions)
        except Error as error:
            # If it is the server that is gone, dropping the database will say so.
            return replace(outcome, end=f"left a database that cannot be read: {error}")
        before = self._observer.before(expressions)
        return replace(outcome, answers=answers, before=before, changes=changes)

    def _is_wiped(self, cleared_before: int) -> bool:
        """Whether the end is noted and not the beginning, or all was cleared again."""
        notes = self._slot.recorders.notes
        kinds = {kind for kind, _ in notes.notes()}
        return notes.cleared != cleared_before + 1 or kinds & {
            "began", "threads ended"
        } == {"threads ended"}  # fmt: skip

    def _fork(self, task: Task) -> Exit:
        if task.place in WITHOUT_DJANGO:
            return self._without_django.run(task)
        return self._with_django.run(task)

    def _read(self, task: Task, lane: str, exit_: Exit) -> Outcome:
        return read_notes(
            task.id,
            lane,
            self._slot.recorders.notes.notes(),
            self._slot.recorders.hangs.notes(),
            exit_,
            self._slot.recorders.notes.dropped,
        )


MAX_PRINTED = 64 << 10
"""Bytes of an example's output that are kept."""


def _printed(output: Path) -> tuple[str, ...]:
    if not output.exists():
        return ()
    with output.open("rb") as file:
        return tuple(file.read(MAX_PRINTED).decode("utf-8", "replace").splitlines())
