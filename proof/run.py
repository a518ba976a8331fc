"""Run examples in lanes, on all cores, and return an outcome for each."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import IO, Any

from proof.claim import LANES, UNDER
from proof.crew import Seen, Turns, in_lane, in_lanes
from proof.errors import LaneUnavailable, ServerDied
from proof.example import Example
from proof.extract import ROOT, pair_expressions
from proof.find_server import lane as find_lane
from proof.forkserver import Setup
from proof.judge import kin_of
from proof.lanes import Lane, Postgres, Redis, is_full
from proof.needs import unmet
from proof.outcome import Outcome
from proof.server import Zygote, end
from proof.supervise import LIMIT
from proof.workspace import workspace

__all__ = [
    "LANES",
    "Report",
    "at_a_time",
    "cores",
    "janitor",
    "run",
    "sandbox_server",
]

EXAMPLES = ROOT / "examples"
AT_A_TIME = 8
"""Examples at a time for each core, in all lanes together."""


@dataclass(frozen=True)
class Report:
    """What a run saw: its outcomes, and for each lane left out the reason.

    `lost` names the lanes that began and could not go on; `seconds` is how long
    each example took, by example and lane. `unmet` holds those, likewise, that need
    what is not on this machine, with the reason. `servers` says by lane whose server
    it ran on.
    """

    outcomes: tuple[Outcome, ...]
    left_out: dict[str, str] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    unmet: dict[tuple[str, str], str] = field(default_factory=dict)
    servers: dict[str, str] = field(default_factory=dict)

    def of(self, example: str) -> dict[str, Outcome]:
        """Return the outcomes of an example by lane."""
        return {one.lane: one for one in self.outcomes if one.example == example}


Progress = Callable[[Outcome], None]


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
    seen: dict[tuple[str, str], tuple[Outcome, float]] = {}
    lanes = tuple(lanes)
    missing = unmet(chosen, lanes)
    counted = {e.id for e in chosen if _is_counted(e, everything)}
    expressions = {e.id: pair_expressions(e, everything) for e in chosen}
    with ExitStack() as stack:
        folder = stack.enter_context(workspace())
        told = stack.enter_context(janitor(folder))
        sandbox = stack.enter_context(sandbox_server())
        house = _House(folder, sandbox, told, limit, Turns(jobs or at_a_time()))
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
    return Report(
        tuple(outcome for outcome, _ in seen.values()),
        {work.name: work.left_out for work in busy if work.left_out},
        frozenset(work.name for work in busy if work.began and work.left_out),
        {key: seconds for key, (_, seconds) in seen.items()},
        missing,
        {work.name: work.server for work in busy if work.server},
    )


def _is_counted(example: Example, everything: Sequence[Example]) -> bool:
    """Whether how many statements are under way at once is more than chance."""
    pair = (example, *kin_of(example, everything))
    return any(claim.kind == "serial" for one in pair for claim in one.claims)


@dataclass(frozen=True)
class _House:
    """What all lanes of a run share."""

    folder: Path
    sandbox: Callable[[], str]
    cleaner: IO[str]
    limit: float
    turns: Turns


@dataclass
class _Work:
    """One lane's part of a run; `left_out` is why it did not come to its end.

    `server` is whose server it runs on.
    """

    name: str
    orders: list[dict[str, Any]]
    house: _House
    left_out: str = ""
    began: bool = False
    server: str = ""

    def outcomes(self) -> Iterator[Seen]:
        """Yield the outcomes as they come, or leave the lane out."""
        try:
            mark = secrets.token_hex(4)
            lane = find_lane(self.name, mark, self.house.folder)
            self.server = lane.said
            prepared = _prepared(lane, mark, self._begin, self.house, self._questions())
            with prepared as zygote:
                self.began = True
                yield from in_lane(zygote, self.orders, self.house.turns)
        except LaneUnavailable as error:
            self.left_out = str(error)

    def _questions(self) -> list[str]:
        return sorted({text for order in self.orders for text in order["expressions"]})

    def _begin(self) -> Zygote:
        # One example at a time may use up the connections of that server.
        count = 1 if self.name == "full" else self.house.turns.at_once
        count = min(count, len(self.orders))
        places = {order["task"]["place"] for order in self.orders}
        return Zygote(_environment(self.house.folder), count, places)


def _orders(
    name: str,
    chosen: Sequence[Example],
    expressions: dict[str, tuple[str, ...]],
    missing: Container[tuple[str, str]],
) -> list[dict[str, Any]]:
    """Return what is to run on a database; what hangs first, as it takes longest."""
    orders = [
        _order(example, expressions[example.id], lane)
        for example in chosen
        for lane in example.lanes(name)
        if (example.id, lane) not in missing
    ]
    return sorted(orders, key=lambda order: not order["task"]["hang_expected"])


def at_a_time() -> int:
    """Return how many examples run at a time: most of them wait most of the time."""
    return AT_A_TIME * cores()


def cores() -> int:
    """Return how many processors this process may use."""
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else (os.cpu_count() or 1)
    )


def _order(example: Example, expressions: tuple[str, ...], lane: str) -> dict[str, Any]:
    under = lane.partition("/")[2] or UNDER.get(example.place, ("",))[0]
    task = {
        "id": example.id,
        "place": example.place,
        "code": example.code,
        "call": example.call,
        "hang_expected": any(
            claim.kind == "hangs" for claim in example.claims_for(lane)
        ),
        "under": under,
        "quiet": all(claim.good for claim in example.claims_for(lane)),
    }
    full_expected = any(is_full(claim.text) for claim in example.claims_for(lane))
    return {
        "task": task,
        "lane": lane,
        "expressions": expressions,
        "full_expected": full_expected,
    }


def _environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")}
    path = os.pathsep.join(
        [str(ROOT), str(EXAMPLES), *filter(None, [kept.get("PYTHONPATH")])]
    )
    return kept | {
        "PYTHONPATH": path,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PROOF_EXAMPLES": str(EXAMPLES),
        "BROKER_FOLDER": str(folder),
        "TMPDIR": str(folder),
    }


@contextmanager
def janitor(folder: Path) -> Iterator[IO[str]]:
    """Start who cleans up after the run, and yield where it is told of servers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "proof.janitor", str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin
    try:
        yield process.stdin
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        end(process, 60)


@contextmanager
def sandbox_server() -> Iterator[Callable[[], str]]:
    """Start the server behind the SDKs on a free port and yield who knows where."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--until-stdin-closes"],
        cwd=EXAMPLES,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin and process.stdout
    said, lock, told = process.stdout, Lock(), list[str]()

    def address() -> str:
        with lock:
            told.append(told[0] if told else said.readline().strip())
        if told[0]:
            return told[0]
        raise ServerDied("the local server behind the SDKs did not start")

    try:
        yield address
    finally:
        process.stdin.close()
        end(process)


@contextmanager
def _prepared(
    lane: Lane,
    mark: str,
    begin: Callable[[], Zygote],
    house: _House,
    questions: list[str],
) -> Iterator[Zygote]:
    """Prepare a lane's template database and its forkservers, and yield them."""
    server = lane.server if isinstance(lane, Postgres) else ""
    broker = lane.broker if isinstance(lane, Redis) else ""
    zygote = begin()
    house.turns.ends_with(zygote.hang_up)
    try:
        if server or broker:
            house.cleaner.write(f"{json.dumps([server or broker, mark])}\n")
            house.cleaner.flush()
        if isinstance(lane, Postgres):
            lane.prepare()
        # What takes a while was started before: the sandbox, and what Zygote imports.
        setup = Setup(lane.name, str(house.folder), mark, server, house.limit, broker)
        zygote.start(setup, house.sandbox(), questions, empty=True)
        yield zygote
    finally:
        zygote.close()
        with suppress(LaneUnavailable):
            lane.close()
