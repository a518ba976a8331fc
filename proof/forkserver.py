"""The prepared process that forks a child for each example, in one lane.

    run.py ──orders──▶ forkserver ──fork──▶ command, service, …   (Django is set up)
                            └──▶ nursery ──fork──▶ script         (Django is not)

Orders and answers are lines of JSON. When the orders end, everything that this
process made is removed, also if the process that gave them was killed.
"""

import gc
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from proof.child import Task
from proof.lanes import Lane, Postgres, Sqlite
from proof.outcome import Hang, Left, Outcome, Raised, Statement, Warned
from proof.places import WITHOUT_DJANGO
from proof.recorder import Recorder
from proof.supervise import KEPT, Exit, Interrupted, adopt_orphans, supervise


@dataclass(frozen=True)
class Setup:
    """What a forkserver is told at its start.

    `server` is the URL of the PostgreSQL server, empty for SQLite; `limit` is the
    seconds that an example may take.
    """

    folder: str
    mark: str
    server: str
    limit: float

    def lane(self) -> Lane:
        """Return the lane that the examples run in."""
        if self.server:
            return Postgres(self.server, self.mark)
        return Sqlite(Path(self.folder))


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
        """Run one task there and return how it went."""
        print(json.dumps(asdict(task)), file=self._ask, flush=True)
        line = self._answer.readline()
        if not line:
            raise Interrupted
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
            task = Task(**order["task"], database_url=url, folder=str(folder))
            outcome = self._read(task, self._fork(task))
            self._lane.settle(url)
            answers, changes = self._observer.look(url, order["expressions"])
            return replace(
                outcome,
                answers=answers,
                changes=changes,
                printed=_printed(folder / "output"),
            )
        finally:
            self._lane.drop(url)
            shutil.rmtree(folder, ignore_errors=True)

    def _fork(self, task: Task) -> Exit:
        if task.place in WITHOUT_DJANGO:
            return self._nursery.run(task)
        return _supervise(
            self._setup, task, self._lane, self._recorders, (self._orders,)
        )

    def _read(self, task: Task, exit_: Exit) -> Outcome:
        return read_notes(
            task.id,
            self._lane.name,
            self._recorders.notes.notes(),
            self._recorders.hangs.notes(),
            exit_,
        )

    def close(self) -> None:
        """Drop the template; needed if the process that made it was killed."""
        self._lane.close()


def read_notes(
    example: str,
    lane: str,
    notes: Iterable[tuple[str, dict[str, Any]]],
    hangs: Iterable[tuple[str, dict[str, Any]]],
    exit_: Exit,
) -> Outcome:
    """Return the outcome that a child's notes and its end tell."""
    of: dict[str, list[dict[str, Any]]] = {}
    under_way = in_flight = 0
    failed = set()
    for kind, facts in notes:
        of.setdefault(kind, []).append(facts)
        if kind == "statement" and facts["kind"] not in ("BEGIN", "COMMIT", "ROLLBACK"):
            under_way += 1
            in_flight = max(in_flight, under_way)
        elif kind == "statement ended":
            under_way -= 1
            if facts["failed"]:
                failed.add(facts["number"])
    raised = Raised(**of["raised"][-1]) if "raised" in of else None
    return Outcome(
        example=example,
        lane=lane,
        end=_end(of, exit_),
        raised=raised,
        hang=_hang(hangs, exit_),
        warnings=tuple(Warned(**one) for one in of.get("warning", ())),
        statements=tuple(
            Statement(
                **{k: v for k, v in one.items() if k != "number"},
                failed=one["number"] in failed,
            )
            for one in of.get("statement", ())
        ),  # fmt: skip
        in_flight=in_flight,
        left=Left(**of["left"][-1]) if "left" in of else Left(),
    )


def _end(of: dict[str, list[dict[str, Any]]], exit_: Exit) -> str:
    if "broken" in of:
        return f"could not be run: {of['broken'][-1]['text']}"
    if exit_.hung:
        return "hung"
    if "threads ended" not in of:
        return str(exit_)
    return "raised" if "raised" in of else "returned"


def _hang(hangs: Iterable[tuple[str, dict[str, Any]]], exit_: Exit) -> Hang | None:
    if not exit_.hung:
        return None
    facts = dict(hangs).get("hang", {"reason": "busy", "line": 0, "where": "no answer"})
    reason = "lock wait" if exit_.waits_for_lock else facts["reason"]
    return Hang(reason, facts["line"], facts["where"])


MAX_PRINTED = 64 << 10
"""Bytes of an example's output that are kept."""


def _printed(output: Path) -> tuple[str, ...]:
    if not output.exists():
        return ()
    with output.open("rb") as file:
        return tuple(file.read(MAX_PRINTED).decode("utf-8", "replace").splitlines())


def _import_what_examples_use() -> None:
    """Import what no example needs to import again, and nothing that needs settings."""
    import asyncio  # noqa: F401
    import runpy  # noqa: F401

    import asgiref.sync
    import broker  # noqa: F401
    import codehost  # noqa: F401
    import django.core.management
    import django.db.backends.postgresql.base
    import django.db.backends.sqlite3.base
    import django.db.models  # noqa: F401


def _set_up_django(template_url: str) -> None:
    os.environ["DATABASE_URL"] = template_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.core import management
    from django.core.management.base import BaseCommand
    from django.urls import get_resolver

    # What every command would do again: found, checked and resolved once.
    management.get_commands()
    BaseCommand().check()
    get_resolver().check()


def main(orders: IO[str], answers: IO[str]) -> None:
    """Serve orders until there are no more."""
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    setup = json.loads(orders.readline())
    server = ForkServer(Setup(**setup), orders.fileno())
    print(json.dumps({"ready": os.getpid()}), file=answers, flush=True)
    try:
        for line in iter(orders.readline, ""):
            print(
                json.dumps(_answer(server, json.loads(line))), file=answers, flush=True
            )
    except Interrupted:
        pass
    server.close()


def _answer(server: ForkServer, order: dict[str, Any]) -> dict[str, Any]:
    from proof.errors import LaneUnavailable

    try:
        return {"outcome": asdict(server.run(order))}
    except LaneUnavailable as error:
        return {"lane lost": str(error)}


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
