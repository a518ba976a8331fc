"""The prepared process that forks a child for each example, in one lane.

    run.py ──orders──▶ forkserver ──fork──▶ command, service, …   (Django is set up)
                            └──▶ nursery ──fork──▶ script         (Django is not)

Orders and answers are lines of JSON. When the orders end, so do this process and the
example that it runs, also if the process that gave them was killed.
"""

import gc
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from proof.child import Task
from proof.errors import LaneUnavailable
from proof.lanes import (
    PREFIX,
    Lane,
    Postgres,
    Redis,
    Sqlite,
    first_line,
    refuse_if_full,
)
from proof.notes import read_notes
from proof.outcome import Outcome
from proof.places import PLACES, WITHOUT_DJANGO, place
from proof.recorder import Recorder
from proof.supervise import (
    KEPT,
    Exit,
    Interrupted,
    adopt_orphans,
    end_orphans,
    supervise,
)


@dataclass(frozen=True)
class Setup:
    """What a forkserver is told at its start.

    `server` is the URL of the PostgreSQL server, empty for SQLite; `limit` is the
    seconds that an example may take; `broker` the URL of the Redis server, empty for
    a broker of files.
    """

    folder: str
    mark: str
    server: str
    limit: float
    broker: str = ""

    def lane(self) -> Lane:
        """Return the lane that the examples run in."""
        if self.server:
            return Postgres(self.server, self.mark)
        if self.broker:
            return Redis(Path(self.folder), broker=self.broker, mark=self.mark)
        return Sqlite(Path(self.folder))


class NurseryDied(Exception):
    """The nursery was killed; there can be no other, as Django is set up by now."""


class Nursery:
    """A process in which Django is not set up, for the places that do that themselves.

    It is forked before Django is, shares the recorders, and runs one task at a time.
    """

    def __init__(self, setup: Setup, recorders: "Recorders", orders: int) -> None:
        asked, ask = os.pipe()
        answer, answered = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ask)
            os.close(answer)
            _serve_nursery(setup, recorders, (orders, asked), answered)
        os.close(asked)
        os.close(answered)
        KEPT.add(pid)
        self._ask = os.fdopen(ask, "w", encoding="utf-8")
        self._answer = os.fdopen(answer, "r", encoding="utf-8")

    def run(self, task: Task) -> Exit:
        """Run one task there and return how it went.

        Raises:
            NurseryDied: it ended before it answered.
        """
        try:
            print(json.dumps(asdict(task)), file=self._ask, flush=True)
            line = self._answer.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise NurseryDied
        return Exit(**json.loads(line))


@dataclass(frozen=True)
class Recorders:
    """The two memories that a child writes to."""

    notes: Recorder
    hangs: Recorder


def _serve_nursery(
    setup: Setup, recorders: Recorders, orders: tuple[int, int], answered: int
) -> None:
    adopt_orphans()
    lane = setup.lane()
    try:
        with os.fdopen(orders[1], "r", encoding="utf-8") as lines:
            for line in iter(lines.readline, ""):
                task = Task(**json.loads(line))
                result = _supervise(setup, task, lane, recorders, orders)
                os.write(answered, json.dumps(asdict(result)).encode() + b"\n")
    except Interrupted:
        pass
    finally:
        os._exit(0)


def _supervise(
    setup: Setup,
    task: Task,
    lane: Lane,
    recorders: Recorders,
    orders: tuple[int, ...],
) -> Exit:
    return supervise(
        task,
        recorders.notes,
        recorders.hangs,
        lambda: lane.waits_for_lock(task.database_url),
        orders,
        setup.limit,
    )


class ForkServer:
    """Runs examples one at a time, each on a fresh database of its own."""

    def __init__(self, setup: Setup, orders: int) -> None:
        self._setup = setup
        self._orders = orders
        self._count = 0
        self._recorders = Recorders(Recorder(), Recorder(1 << 20))
        _import_what_examples_use()
        gc.freeze()
        self._nursery = Nursery(setup, self._recorders, orders)
        self._lane = setup.lane()
        _set_up_django(self._lane.template())
        from proof.observe import Observer

        self._observer = Observer(self._lane.template())
        gc.freeze()

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
            outcome = self._read(task, order["lane"], self._fork(task))
            if not order["full_expected"]:
                refuse_if_full(self._lane.name, outcome)
            self._lane.settle(url)
            outcome = replace(outcome, printed=_printed(folder / "output"))
            return self._look(outcome, url, order["expressions"])
        finally:
            self._lane.drop(url)
            shutil.rmtree(folder, ignore_errors=True)

    def _look(self, outcome: Outcome, url: str, expressions: list[str]) -> Outcome:
        from django.db import Error

        try:
            answers, changes = self._observer.look(url, expressions)
        except Error as error:
            # If it is the server that is gone, dropping the database will say so.
            return replace(outcome, end=f"left a database that cannot be read: {error}")
        return replace(outcome, answers=answers, changes=changes)

    def _fork(self, task: Task) -> Exit:
        if task.place in WITHOUT_DJANGO:
            return self._nursery.run(task)
        return _supervise(
            self._setup, task, self._lane, self._recorders, (self._orders,)
        )

    def _read(self, task: Task, lane: str, exit_: Exit) -> Outcome:
        return read_notes(
            task.id,
            lane,
            self._recorders.notes.notes(),
            self._recorders.hangs.notes(),
            exit_,
            self._recorders.notes.dropped,
        )


MAX_PRINTED = 64 << 10
"""Bytes of an example's output that are kept."""


def _printed(output: Path) -> tuple[str, ...]:
    if not output.exists():
        return ()
    with output.open("rb") as file:
        return tuple(file.read(MAX_PRINTED).decode("utf-8", "replace").splitlines())


PRELOADED = (
    "runpy",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.models",
    "bridge",
    "broker",
    "celery.apps.worker",
    "celery.bin.worker",
    "celery.concurrency.prefork",
    "celery.contrib.django.task",
    "celery.fixups.django",
    "celery.worker.consumer",
    "codehost",
    "kombu.transport.filesystem",
    # What httpx only imports with its first client and its first call.
    "anyio._backends._asyncio",
    "certifi",
    "httpcore",
)
"""What no example needs to import again, and nothing that needs settings."""


def _import_what_examples_use() -> None:
    for name in PRELOADED:
        import_module(name)


def _set_up_django(template_url: str) -> None:
    os.environ["DATABASE_URL"] = template_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.core import management
    from django.core.checks.registry import registry
    from django.core.management.base import BaseCommand

    # What every command would do again, in each child: found and checked once.
    management.get_commands()
    BaseCommand().check()
    registry.registered_checks.clear()
    for name in PLACES.keys() - WITHOUT_DJANGO:
        place(name)


def main(orders: IO[str], answers: IO[str]) -> None:
    """Serve orders until there are no more."""
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    setup = Setup(**json.loads(orders.readline()))

    def say(answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    server = _start(setup, orders.fileno(), say)
    if server is None:
        return
    say({"ready": os.getpid()})
    try:
        for line in iter(orders.readline, ""):
            say(_answer(server, json.loads(line)))
    except (Interrupted, NurseryDied, BrokenPipeError):
        end_orphans()


def _start(
    setup: Setup, orders: int, say: Callable[[dict[str, Any]], None]
) -> ForkServer | None:
    from django.db import OperationalError

    try:
        return ForkServer(setup, orders)
    except OperationalError as error:
        say({"lane lost": f"{setup.lane().name}: {first_line(error)}"})
        return None


def _answer(server: ForkServer, order: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"outcome": asdict(server.run(order))}
    except LaneUnavailable as error:
        return {"lane lost": str(error)}


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
