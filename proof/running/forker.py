"""A process that forks a child for each example and sees to the child's end.

It does nothing else: every page of memory that a process writes after a fork is copied
first, so that whoever forks for each example should write little. A forkserver that
forked by itself would cost each example some 1,100 pages more. That is 15 % more page
faults on SQLite, 12 % on PostgreSQL, and 4 % more processor time (90 runs of the pages
on transactions and services, three times).
"""

import os
from dataclasses import dataclass

from proof.databases.database import Database
from proof.running.messages import Exit, Task, read, write
from proof.running.supervise import Interrupted, adopt_orphans, supervise
from proof.watching.recorder import Recorder


class ForkerDied(Exception):
    """A forker was killed; its forkserver cannot have another."""


@dataclass(frozen=True)
class Recorders:
    """The two memories that a child writes to."""

    notes: Recorder
    hangs: Recorder


class Forker:
    """The forkserver's end of a forker's pipes."""

    def __init__(self, ask: int, answer: int) -> None:
        self.descriptors = (ask, answer)
        self._answer = os.fdopen(answer, "r", encoding="utf-8", closefd=False)

    def run(self, task: Task) -> Exit:
        """Run one task there and return how it went.

        Raises:
            ForkerDied: it ended before it answered.
        """
        try:
            write(self.descriptors[0], task)
            line = self._answer.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise ForkerDied
        return read(Exit, line)


@dataclass(frozen=True)
class Asked:
    """The forker's own end; `orders` is what ends when the run does."""

    asked: int
    answered: int
    orders: int

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All that a forker needs."""
        return self.asked, self.answered, self.orders

    def serve(self, recorders: Recorders, database: Database, limit: float) -> None:
        """Run one task at a time, until there are no more."""
        adopt_orphans()
        with os.fdopen(self.asked, "r", encoding="utf-8") as lines:
            for line in iter(lines.readline, ""):
                task = read(Task, line)
                try:
                    result = self._supervise(task, recorders, database, limit)
                except Interrupted:
                    return
                write(self.answered, result)

    def _supervise(
        self, task: Task, recorders: Recorders, database: Database, limit: float
    ) -> Exit:
        return supervise(
            task,
            recorders.notes,
            recorders.hangs,
            lambda: database.waits_for_lock(task.database_url),
            (self.orders, self.asked),
            limit,
            lambda: database.at_work(task.database_url),
        )


def both_ends(orders: int) -> tuple[Forker, Asked]:
    """Return both ends of a forker that is yet to be forked."""
    asked, ask = os.pipe()
    answer, answered = os.pipe()
    return Forker(ask, answer), Asked(asked, answered, orders)
