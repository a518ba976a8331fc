"""Run examples in lanes, on all cores, and return an outcome for each."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import IO, Any

from proof.claim import LANES, UNDER
from proof.crew import in_lane
from proof.errors import LaneUnavailable, ServerDied
from proof.example import Example
from proof.extract import ROOT, pair_expressions
from proof.forkserver import Setup
from proof.full import start_full
from proof.lanes import (
    Lane,
    Postgres,
    Redis,
    Sqlite,
    find_postgres,
    find_redis,
    is_full,
)
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


@dataclass(frozen=True)
class Report:
    """What a run saw: its outcomes, and for each lane left out the reason.

    `lost` names the lanes that began and could not go on; `seconds` is how long
    each example took, by example and lane.
    """

    outcomes: tuple[Outcome, ...]
    left_out: dict[str, str] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

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
    half-way, is named in the report with its reason.

    Raises:
        ServerDied: a process of the run ended without being asked to.
    """
    seen: dict[tuple[str, str], tuple[Outcome, float]] = {}
    left_out: dict[str, str] = {}
    lost: set[str] = set()
    expressions = {e.id: pair_expressions(e, everything) for e in chosen}
    with ExitStack() as stack:
        folder = stack.enter_context(workspace())
        told = stack.enter_context(janitor(folder))
        sandbox = stack.enter_context(sandbox_server())
        for name in lanes:
            orders = [
                _order(example, expressions[example.id], lane)
                for example in chosen
                for lane in example.lanes(name)
            ]
            if not orders:
                continue
            # One example at a time may use up the connections of that server.
            count = 1 if name == "full" else min(jobs or at_a_time(), len(orders))
            places = {order["task"]["place"] for order in orders}
            begin = partial(Zygote, _environment(folder), count, places)
            try:
                zygote = stack.enter_context(
                    _lane(name, folder, limit, begin, sandbox, told)
                )
            except LaneUnavailable as error:
                left_out[name] = str(error)
                continue
            try:
                for one in in_lane(zygote, orders):
                    seen[one[0].example, one[0].lane] = one
                    progress(one[0])
            except LaneUnavailable as error:
                left_out[name] = str(error)
                lost.add(name)
    outcomes = tuple(outcome for outcome, _ in seen.values())
    seconds = {key: taken for key, (_, taken) in seen.items()}
    return Report(outcomes, left_out, frozenset(lost), seconds)


def at_a_time() -> int:
    """Return how many examples run at a time: most of them wait most of the time."""
    return 3 * cores()


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
    said = process.stdout

    @cache
    def address() -> str:
        if line := said.readline().strip():
            return line
        raise ServerDied("the local server behind the SDKs did not start")

    try:
        yield address
    finally:
        process.stdin.close()
        end(process)


@contextmanager
def _lane(
    name: str,
    folder: Path,
    limit: float,
    begin: Callable[[], Zygote],
    sandbox: Callable[[], str],
    cleaner: IO[str],
) -> Iterator[Zygote]:
    """Prepare a lane's template database and its forkservers, and yield them."""
    mark = secrets.token_hex(4)
    lane = _found(name, mark, folder)
    server = lane.server if isinstance(lane, Postgres) else ""
    broker = lane.broker if isinstance(lane, Redis) else ""
    zygote = begin()
    try:
        if server or broker:
            print(json.dumps([server or broker, mark]), file=cleaner, flush=True)
        if isinstance(lane, Postgres):
            lane.prepare()
        # What takes a while was started before: the sandbox, and what Zygote imports.
        setup = Setup(name, str(folder), mark, server, limit, broker)
        zygote.start(setup, sandbox(), empty=True)
        yield zygote
    finally:
        zygote.close()
        with suppress(LaneUnavailable):
            lane.close()


def _found(name: str, mark: str, folder: Path) -> Lane:
    if name == "postgresql":
        return find_postgres(mark)
    if name == "redis":
        return find_redis(mark, folder)
    if name == "full":
        return start_full(mark, folder)
    return Sqlite(folder)
