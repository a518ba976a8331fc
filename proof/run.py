"""Run examples in lanes, on all cores, and return an outcome for each."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from proof.errors import LaneUnavailable, ServerDied
from proof.example import Example
from proof.extract import ROOT, pair_expressions
from proof.forkserver import Setup
from proof.lanes import Lane, Postgres, Sqlite, find_postgres
from proof.outcome import Outcome, from_json
from proof.supervise import LIMIT

EXAMPLES = ROOT / "examples"
LANES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Report:
    """What a run saw: its outcomes, and for each lane left out the reason."""

    outcomes: tuple[Outcome, ...]
    left_out: dict[str, str] = field(default_factory=dict)

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
    outcomes: list[Outcome] = []
    left_out: dict[str, str] = {}
    expressions = {e.id: pair_expressions(e, everything) for e in chosen}
    orders = [_order(example, expressions[example.id]) for example in chosen]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(_folder()))
        environment = {
            **_environment(folder), "SANDBOX_URL": stack.enter_context(_sandbox())
        }  # fmt: skip
        for name in lanes:
            try:
                setup = stack.enter_context(_lane(name, folder, limit, environment))
                for outcome in _in_lane(setup, orders, environment, jobs or cores()):
                    outcomes.append(outcome)
                    progress(outcome)
            except LaneUnavailable as error:
                left_out[name] = str(error)
    return Report(tuple(outcomes), left_out)


def cores() -> int:
    """Return how many examples run at a time."""
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else (os.cpu_count() or 1)
    )


def _order(example: Example, expressions: tuple[str, ...]) -> dict[str, Any]:
    task = {
        "id": example.id,
        "place": example.place,
        "code": example.code,
        "call": example.call,
        "hang_expected": any(claim.kind == "hangs" for claim in example.claims),
    }
    return {"task": task, "expressions": expressions}


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
        "TMPDIR": str(folder),
    }


@contextmanager
def _folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="proof-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _sandbox() -> Iterator[str]:
    """Start the server behind the SDKs on a free port and yield its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--until-stdin-closes"],
        cwd=EXAMPLES,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin and process.stdout
    try:
        address = process.stdout.readline().strip()
        if not address:
            raise ServerDied("the local server behind the SDKs did not start")
        yield address
    finally:
        process.stdin.close()
        _end(process)


@contextmanager
def _lane(
    name: str, folder: Path, limit: float, environment: dict[str, str]
) -> Iterator[Setup]:
    """Prepare a lane's template database and yield what a forkserver needs."""
    mark = secrets.token_hex(4)
    lane: Lane
    if name == "postgresql":
        lane = find_postgres(mark)
        lane.prepare()
    else:
        lane = Sqlite(folder)
    server = lane.server if isinstance(lane, Postgres) else ""
    try:
        _fill(lane.template(), environment)
        yield Setup(str(folder), mark, server, limit)
    finally:
        with suppress(LaneUnavailable):
            lane.close()


def _fill(url: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "proof.template"],
        env={**environment, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServerDied(f"the template database could not be filled:\n{done.stderr}")


def _in_lane(
    setup: Setup, orders: list[dict[str, Any]], environment: dict[str, str], jobs: int
) -> Iterator[Outcome]:
    """Yield the outcomes of a lane as they come."""
    crew = _Crew(setup, environment, orders)
    count = min(jobs, len(orders))
    with ThreadPoolExecutor(count or 1) as pool:
        try:
            for _ in range(count):
                pool.submit(crew.work)
            yield from crew.outcomes(count)
        finally:
            crew.dismiss()


class _Crew:
    """The forkservers of a lane, and the orders that they share."""

    def __init__(
        self, setup: Setup, environment: dict[str, str], orders: list[dict[str, Any]]
    ) -> None:
        self._setup = setup
        self._environment = environment
        self._orders = iter(orders)
        self._lock = threading.Lock()
        self._servers: list[_Server] = []
        self._seen: SimpleQueue[Outcome | BaseException | None] = SimpleQueue()

    def outcomes(self, count: int) -> Iterator[Outcome]:
        """Yield what `count` workers see, until all of them are done."""
        while count:
            one = self._seen.get()
            if isinstance(one, BaseException):
                raise one
            if one is None:
                count -= 1
            else:
                yield one

    def work(self) -> None:
        """Run orders on a forkserver of its own until there are no more."""
        try:
            with _Server(self._setup, self._environment) as server:
                self._servers.append(server)
                while (order := self._next()) is not None:
                    self._seen.put(server.run(order))
        except BaseException as error:
            self._seen.put(error)
        else:
            self._seen.put(None)

    def dismiss(self) -> None:
        """End all forkservers, also in the middle of an example."""
        with self._lock:
            self._orders = iter(())
        for server in self._servers:
            server.hang_up()

    def _next(self) -> dict[str, Any] | None:
        with self._lock:
            return next(self._orders, None)


class _Server:
    """A forkserver's other end."""

    def __init__(self, setup: Setup, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "proof.forkserver"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._ask(asdict(setup))

    def __enter__(self) -> "_Server":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.hang_up()
        _end(self._process)

    def hang_up(self) -> None:
        """Give no more orders, which ends the forkserver and what it runs."""
        assert self._process.stdin
        with suppress(OSError):
            self._process.stdin.close()

    def run(self, order: dict[str, Any]) -> Outcome:
        """Run one example there.

        Raises:
            LaneUnavailable: the database server refused or died.
            ServerDied: the forkserver ended.
        """
        answer = self._ask(order)
        if "lane lost" in answer:
            raise LaneUnavailable(answer["lane lost"])
        return from_json(answer["outcome"])

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        with suppress(BrokenPipeError):
            print(json.dumps(question), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise ServerDied(
                f"the process that runs the examples ended "
                f"(exit status {self._process.wait()})"
            )
        answer: dict[str, Any] = json.loads(line)
        return answer


def _end(process: "subprocess.Popen[str]") -> None:
    """Wait for a process that was told to end; end it by its id if it does not."""
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
