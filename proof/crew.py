"""The forkservers of a lane, one a core, and what they see of the orders they share."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from queue import SimpleQueue
from typing import Any

from proof.errors import LaneUnavailable, ServerDied
from proof.extract import ROOT
from proof.forkserver import Setup
from proof.outcome import Outcome, from_json
from proof.supervise import name_of

ANSWERS_WITHIN = 30.0
"""Seconds that a forkserver may take for an order, beyond the example's own limit."""
Seen = tuple[Outcome, float]
"""An outcome and the seconds that it took."""


def in_lane(
    setup: Setup, orders: list[dict[str, Any]], environment: dict[str, str], jobs: int
) -> Iterator[Seen]:
    """Yield the outcomes of a lane as they come.

    Raises:
        LaneUnavailable: the database server refused or died.
        ServerDied: a forkserver could not be started.
    """
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
    def __init__(
        self, setup: Setup, environment: dict[str, str], orders: list[dict[str, Any]]
    ) -> None:
        self._setup = setup
        self._environment = environment
        self._orders = iter(orders)
        self._lock = threading.Lock()
        self._servers: list[_Server] = []
        self._seen: SimpleQueue[Seen | BaseException | None] = SimpleQueue()

    def outcomes(self, count: int) -> Iterator[Seen]:
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
        """Run orders until there are no more."""
        try:
            while (order := self._next()) is not None:
                self._serve(order)
        except BaseException as error:
            self._seen.put(error)
        else:
            self._seen.put(None)

    def dismiss(self) -> None:
        """End all forkservers, also in the middle of an example."""
        with self._lock:
            self._orders = iter(())
            servers = list(self._servers)
        for server in servers:
            server.hang_up()
        for server in servers:
            end(server.process)

    def _serve(self, order: dict[str, Any] | None) -> None:
        """Run this order and the next ones on a forkserver, as long as it lives."""
        with _Server(self._setup, self._environment) as server:
            with self._lock:
                self._servers.append(server)
            server.start()
            while order is not None:
                started = time.monotonic()
                try:
                    outcome = server.run(order)
                except ServerDied as error:
                    self._seen.put((self._took_it_down(order, error), 0.0))
                    return
                self._seen.put((outcome, time.monotonic() - started))
                order = self._next()

    def _took_it_down(self, order: dict[str, Any], error: ServerDied) -> Outcome:
        return Outcome(order["task"]["id"], order["lane"], str(error))

    def _next(self) -> dict[str, Any] | None:
        with self._lock:
            return next(self._orders, None)


class _Server:
    """A forkserver's other end."""

    def __init__(self, setup: Setup, environment: dict[str, str]) -> None:
        self._setup = setup
        self.process = subprocess.Popen(
            [sys.executable, "-m", "proof.forkserver"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> "_Server":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.hang_up()
        end(self.process)

    def start(self) -> None:
        """Wait until it is ready.

        Raises:
            LaneUnavailable: the database server refused.
            ServerDied: it could not be started.
        """
        self._ask(asdict(self._setup))

    def hang_up(self) -> None:
        """Give no more orders, which ends the forkserver and what it runs."""
        assert self.process.stdin
        with suppress(OSError):
            self.process.stdin.close()

    def run(self, order: dict[str, Any]) -> Outcome:
        """Run one example there.

        Raises:
            LaneUnavailable: the database server refused or died.
            ServerDied: the forkserver ended.
        """
        return from_json(self._ask(order)["outcome"])

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        with suppress(BrokenPipeError, ValueError):  # ValueError: hung up just now.
            print(json.dumps(question), file=self.process.stdin, flush=True)
        if not self._answers():
            end(self.process, 0)
            raise ServerDied("stopped the process that ran it")
        line = self.process.stdout.readline()
        if not line:
            how = _how_it_ended(self.process.wait())
            raise ServerDied(f"ended the process that ran it ({how})")
        answer: dict[str, Any] = json.loads(line)
        if "lane lost" in answer:
            raise LaneUnavailable(answer["lane lost"])
        return answer

    def _answers(self) -> bool:
        poll = select.poll()
        poll.register(self.process.stdout or -1, select.POLLIN)
        return bool(poll.poll((self._setup.limit + ANSWERS_WITHIN) * 1000))


def end(process: "subprocess.Popen[str]", patience: float = 10.0) -> None:
    """Wait for a process that was told to end; end it and its group if it does not."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _how_it_ended(status: int) -> str:
    if status < 0:
        return f"killed by {name_of(-status)}"
    return f"exit status {status}"
