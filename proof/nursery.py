"""A process that forks a child for each example and sees to the child's end.

It does nothing else: every page of memory that a process writes after a fork is copied
first, so that whoever forks for each example should write little.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from proof.child import Task
from proof.lanes import Lane
from proof.recorder import Recorder
from proof.supervise import Exit, Interrupted, adopt_orphans, supervise


class NurseryDied(Exception):
    """A nursery was killed; its forkserver cannot have another."""


@dataclass(frozen=True)
class Recorders:
    """The two memories that a child writes to."""

    notes: Recorder
    hangs: Recorder


class Nursery:
    """The forkserver's end of a nursery's pipes."""

    def __init__(self, ask: int, answer: int) -> None:
        self.descriptors = (ask, answer)
        self._answer = os.fdopen(answer, "r", encoding="utf-8", closefd=False)

    def run(self, task: Task) -> Exit:
        """Run one task there and return how it went.

        Raises:
            NurseryDied: it ended before it answered.
        """
        try:
            write_line(self.descriptors[0], asdict(task))
            line = self._answer.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise NurseryDied
        return Exit(**json.loads(line))


@dataclass(frozen=True)
class Asked:
    """The nursery's own end; `orders` is what ends when the run does."""

    asked: int
    answered: int
    orders: int

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All that a nursery needs."""
        return self.asked, self.answered, self.orders

    def serve(self, recorders: Recorders, lane: Lane, limit: float) -> None:
        """Run one task at a time, until there are no more."""
        adopt_orphans()
        with os.fdopen(self.asked, "r", encoding="utf-8") as lines:
            for line in iter(lines.readline, ""):
                task = Task(**json.loads(line))
                try:
                    result = self._supervise(task, recorders, lane, limit)
                except Interrupted:
                    return
                write_line(self.answered, asdict(result))

    def _supervise(
        self, task: Task, recorders: Recorders, lane: Lane, limit: float
    ) -> Exit:
        return supervise(
            task,
            recorders.notes,
            recorders.hangs,
            lambda: lane.waits_for_lock(task.database_url),
            (self.orders, self.asked),
            limit,
        )


def both_ends(orders: int) -> tuple[Nursery, Asked]:
    """Return both ends of a nursery that is yet to be forked."""
    asked, ask = os.pipe()
    answer, answered = os.pipe()
    return Nursery(ask, answer), Asked(asked, answered, orders)


def write_line(descriptor: int, what: Mapping[str, object]) -> None:
    """Write a line of JSON to a pipe."""
    data = json.dumps(what).encode() + b"\n"
    while data:
        data = data[os.write(descriptor, data) :]
