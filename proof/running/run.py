"""Run examples in lanes, on all cores, and return an outcome for each."""

import os
import secrets
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from proof.databases.database import Database, is_full
from proof.databases.workspace import workspace
from proof.errors import LaneUnavailable
from proof.example import Example
from proof.examples import kin_of, pair_expressions
from proof.lanes import LANES
from proof.outcome import Outcome
from proof.places import PLACES
from proof.project import PROJECT
from proof.report import Report
from proof.running.dispatch import Seen, Turns, in_lane, in_lanes
from proof.running.machine import unmet
from proof.running.messages import LIMIT, InUse, Order, Setup, line_of
from proof.running.remote import Interpreter
from proof.running.services import clean_up_after, environment, started

__all__ = [
    "LANES",
    "clean_up_after",
    "cores",
    "default_jobs",
    "run",
    "started",
]

JOBS_PER_CORE = 8
"""Examples at a time for each core, in all lanes together."""


Progress = Callable[[Outcome], None]
Timed = dict[tuple[str, str], tuple[Outcome, float]]
"""Outcomes by example and lane, each with the seconds that it took."""


def run(
    chosen: Sequence[Example],
    everything: Sequence[Example],
    lanes: Iterable[str] = LANES,
    *,
    jobs: int | None = None,
    limit: float = LIMIT,
    progress: Progress = lambda outcome: None,
) -> Report:
    """Run the chosen examples in each lane that can run here.

    `everything` is where the twins are found. A lane that cannot run, or is lost
    half-way, and an example that needs what is not here are named in the report
    with their reasons.

    Raises:
        ServerDied: a process of the run ended without being asked to.
    """
    lanes, seen = tuple(lanes), Timed()
    missing = unmet(chosen, lanes)
    counted = {e.id for e in chosen if _is_counted(e, everything)}
    expressions = {e.id: pair_expressions(e, everything) for e in chosen}
    with _house(limit, Turns(jobs or default_jobs())) as house:
        works = [
            _Work(name, _orders(name, chosen, expressions, missing), house)
            for name in lanes
        ]
        busy = [work for work in works if work.orders]
        for outcome, seconds in in_lanes([work.outcomes for work in busy], house.turns):
            counts = outcome.example in counted
            kept = outcome if counts else replace(outcome, in_flight=0)
            seen[kept.example, kept.lane] = kept, seconds
            progress(kept)
    return _report(busy, seen, missing)


def _report(
    works: Sequence["_Work"], seen: Timed, missing: dict[tuple[str, str], str]
) -> Report:
    return Report(
        tuple(outcome for outcome, _ in seen.values()),
        {work.name: work.left_out for work in works if work.left_out},
        frozenset(work.name for work in works if work.began and work.left_out),
        {key: seconds for key, (_, seconds) in seen.items()},
        missing,
        {work.name: work.server for work in works if work.server},
    )


def _is_counted(example: Example, everything: Sequence[Example]) -> bool:
    """Whether how many statements are under way at once is more than chance."""
    pair = (example, *kin_of(example, everything))
    return any(claim.meaning.counts for one in pair for claim in one.claims)


@dataclass(frozen=True)
class _House:
    """What all lanes of a run share."""

    folder: Path
    services: dict[str, Callable[[], str]]
    cleaner: IO[str]
    limit: float
    turns: Turns


@contextmanager
def _house(limit: float, turns: Turns) -> Iterator[_House]:
    """Start what all lanes share, and end it with the run."""
    with ExitStack() as stack:
        folder = stack.enter_context(workspace())
        told = stack.enter_context(clean_up_after(folder))
        services = {
            one.variable: stack.enter_context(started(one)) for one in PROJECT.services
        }
        yield _House(folder, services, told, limit, turns)


@dataclass
class _Work:
    """One lane's part of a run; `left_out` is why it did not come to its end.

    `server` is whose server it runs on.
    """

    name: str
    orders: list[Order]
    house: _House
    left_out: str = ""
    began: bool = False
    server: str = ""

    def outcomes(self) -> Iterator[Seen]:
        """Yield the outcomes as they come, or leave the lane out."""
        try:
            mark = secrets.token_hex(4)
            database = LANES[self.name].started(self.house.folder, mark)
            self.server = database.server.said
            prepared = _prepared(database, self._begin, self.house, self._questions())
            with prepared as interpreter:
                self.began = True
                yield from in_lane(interpreter, self.orders, self.house.turns)
        except LaneUnavailable as error:
            self.left_out = str(error)

    def _questions(self) -> tuple[str, ...]:
        return tuple(sorted({text for one in self.orders for text in one.questions}))

    def _begin(self) -> Interpreter:
        most = LANES[self.name].at_once or self.house.turns.jobs
        places = {order.place for order in self.orders}
        count = min(most, len(self.orders))
        return Interpreter(environment(self.house.folder), count, places)


def _orders(
    name: str,
    chosen: Sequence[Example],
    expressions: dict[str, tuple[str, ...]],
    missing: Container[tuple[str, str]],
) -> list[Order]:
    """Return what is to run on a database; what hangs first, as it takes longest."""
    orders = [
        _order(example, expressions[example.id], lane)
        for example in chosen
        for lane in example.lanes(name)
        if (example.id, lane) not in missing
    ]
    return sorted(orders, key=lambda order: not order.hang_expected)


def default_jobs() -> int:
    """Return how many examples run at a time: most of them wait most of the time."""
    return JOBS_PER_CORE * cores()


def cores() -> int:
    """Return how many processors this process may use."""
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else (os.cpu_count() or 1)
    )


def _order(example: Example, questions: tuple[str, ...], lane: str) -> Order:
    claims = example.claims_for(lane)
    usual = next(iter(PLACES[example.place].under), "")
    return Order(
        example=example.id,
        lane=lane,
        place=example.place,
        code=example.code,
        call=example.call,
        under=lane.partition("/")[2] or usual,
        hang_expected=any(claim.meaning.never_ends for claim in claims),
        quiet=all(claim.good for claim in claims),
        fills_server=any(is_full(claim.text) for claim in claims),
        questions=questions,
    )


@contextmanager
def _prepared(
    database: Database,
    begin: Callable[[], Interpreter],
    house: _House,
    questions: tuple[str, ...],
) -> Iterator[Interpreter]:
    """Prepare a lane's template database and its forkservers, and yield them."""
    interpreter = begin()
    house.turns.ends_with(interpreter.hang_up)
    try:
        server = database.server.url
        if server:
            house.cleaner.write(line_of(InUse(database.lane, database.mark, server)))
            house.cleaner.flush()
        database.prepare()
        # What takes a while was started before: services, and what Interpreter imports.
        where = str(house.folder), database.mark, server
        setup = Setup(database.lane, *where, house.limit)
        services = {name: address() for name, address in house.services.items()}
        interpreter.start(setup, services, questions, empty=True)
        yield interpreter
    finally:
        interpreter.close()
        with suppress(LaneUnavailable):
            database.close()
