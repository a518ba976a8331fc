"""The run's end of a lane's processes: an interpreter, and the forkservers in it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress

from proof.errors import LaneUnavailable, ServerDied
from proof.lanes import LANES
from proof.outcome import Outcome
from proof.project import ROOT
from proof.running.messages import (
    AT_MOST,
    Answer,
    Order,
    Prepared,
    Setup,
    Start,
    line_of,
    read,
)

ANSWERS_WITHIN = 30.0
"""Seconds that a forkserver may take for an order, beyond the most for an example."""
PATIENCE = 10.0
"""Seconds within which a process ends that was told to."""


class Interpreter:
    """The interpreter of a lane, which is forked into `count` runners.

    It loads what the `places` of the examples need.
    """

    def __init__(
        self, environment: dict[str, str], count: int, places: Iterable[str]
    ) -> None:
        self._environment, self._places = environment, sorted(places)
        self.servers = [RemoteForkServer() for _ in range(count)]
        theirs = [end for server in self.servers for end in server.theirs]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "proof.running.interpreter", *self._places],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            pass_fds=theirs,
        )
        for descriptor in theirs:
            os.close(descriptor)

    def start(
        self,
        setup: Setup,
        services: dict[str, str],
        questions: tuple[str, ...],
        *,
        empty: bool,
    ) -> None:
        """Wait until its forkservers are ready, and the template, if it is `empty`.

        `questions` is all that its examples ask of the database.

        Raises:
            LaneUnavailable: the database server refused.
            ServerDied: the lane could not be prepared.
        """
        self._setup, self._services, self._questions = setup, services, questions
        runners = tuple(server.theirs for server in self.servers)
        said = self._ask(Start(setup, runners, services, questions, empty))
        if said.refused:
            raise LaneUnavailable(f"{setup.lane}: {said.refused}")
        if said.broken:
            what = "the template database could not be filled"
            raise ServerDied(f"{what}:\n{said.broken}")
        for server, pid in zip(self.servers, said.forkservers, strict=True):
            server.has_started(pid, setup.limit)

    def another(self) -> "Interpreter":
        """Return one for a single runner, to be started by `start_again`."""
        other = Interpreter(self._environment, 1, self._places)
        other._setup, other._services = self._setup, self._services
        other._questions = self._questions
        return other

    def start_again(self) -> "RemoteForkServer":
        """Start it as the one that it stands in for was, and return its server."""
        empty = not LANES[self._setup.lane].keeps_template
        self.start(self._setup, self._services, self._questions, empty=empty)
        return self.servers[0]

    def hang_up(self) -> None:
        """Give no more orders, which ends all that it was forked into, and itself."""
        for server in self.servers:
            server.hang_up()
        assert self._process.stdin
        with suppress(OSError):
            self._process.stdin.close()

    def end(self) -> None:
        """Wait for the end of all of it, but not for ever."""
        self.hang_up()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE)
            return
        for server in self.servers:
            server.kill()
        end(self._process)

    def close(self) -> None:
        """Let go of the pipes, once nobody reads from them any more."""
        self.end()
        for file in (self._process.stdout, *(one.answers for one in self.servers)):
            if file is not None:
                file.close()

    def _ask(self, start: Start) -> Prepared:
        assert self._process.stdin and self._process.stdout
        with suppress(BrokenPipeError, ValueError):  # ValueError: hung up just now.
            self._process.stdin.write(line_of(start))
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        return read(Prepared, line) if line else Prepared(broken="it ended")


class RemoteForkServer:
    """A forkserver's other end; `theirs` are the descriptors that it inherits."""

    def __init__(self) -> None:
        orders, mine = os.pipe()
        answers, theirs = os.pipe()
        self.theirs = orders, theirs
        self.answers = os.fdopen(answers, "r", encoding="utf-8")
        self._orders = os.fdopen(mine, "w", encoding="utf-8")
        self._pid = 0
        self._patience = ANSWERS_WITHIN

    def has_started(self, pid: int, limit: float) -> None:
        """Remember which process it is, and how long an example may take there."""
        self._pid, self._patience = pid, limit * AT_MOST + ANSWERS_WITHIN

    def hang_up(self) -> None:
        """Give no more orders, which ends the forkserver and what it runs."""
        with suppress(OSError):
            self._orders.close()

    def kill(self) -> None:
        """End the forkserver, and so the rest of its runner."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def run(self, order: Order) -> Outcome:
        """Run one example there.

        Raises:
            LaneUnavailable: the database server refused or died.
            ServerDied: the forkserver ended.
        """
        with suppress(BrokenPipeError, ValueError):  # ValueError: hung up just now.
            self._orders.write(line_of(order))
            self._orders.flush()
        answer = self._answer()
        if answer.lane_lost:
            raise LaneUnavailable(answer.lane_lost)
        if answer.outcome is None:
            raise ServerDied(f"ended the process that ran it ({answer.ended})")
        return answer.outcome

    def _answer(self) -> Answer:
        poll = select.poll()
        poll.register(self.answers, select.POLLIN)
        if not poll.poll(self._patience * 1000):
            self.kill()
            raise ServerDied("stopped the process that ran it")
        line = self.answers.readline()
        return read(Answer, line) if line else Answer(ended="nobody saw how")


def end(process: "subprocess.Popen[str]", patience: float = PATIENCE) -> None:
    """Wait for a process that was told to end; end it and its group if it does not."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
