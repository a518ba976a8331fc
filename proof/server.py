"""The run's end of a lane's processes: the zygote, and in each slot a forkserver."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from proof.errors import LaneUnavailable, ServerDied
from proof.extract import ROOT
from proof.forkserver import Setup
from proof.outcome import Outcome, from_json
from proof.slot import Start

ANSWERS_WITHIN = 30.0
"""Seconds that a forkserver may take for an order, beyond the example's own limit."""
PATIENCE = 10.0
"""Seconds within which a process ends that was told to."""


class Zygote:
    """The interpreter of a lane, which is forked into `count` slots, each a server.

    It loads what the `places` of the examples need.
    """

    def __init__(
        self, environment: dict[str, str], count: int, places: Iterable[str]
    ) -> None:
        self._environment, self._places = environment, sorted(places)
        self.servers = [Server() for _ in range(count)]
        theirs = [end for server in self.servers for end in server.theirs]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "proof.zygote", *self._places],
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
        self, setup: Setup, sandbox: str, questions: list[str], *, empty: bool
    ) -> None:
        """Wait until its forkservers are ready, and the template, if it is `empty`.

        `questions` is all that its examples ask of the database.

        Raises:
            LaneUnavailable: the database server refused.
            ServerDied: the lane could not be prepared.
        """
        self._setup, self._sandbox, self._questions = setup, sandbox, questions
        slots = [server.theirs for server in self.servers]
        said = self._ask(Start(asdict(setup), slots, sandbox, empty, questions))
        if "refused" in said:
            raise LaneUnavailable(f"{setup.lane().name}: {said['refused']}")
        if "broken" in said:
            what = "the template database could not be filled"
            raise ServerDied(f"{what}:\n{said['broken']}")
        for server, pid in zip(self.servers, said["ready"], strict=True):
            server.has_started(pid, setup.limit)

    def another(self) -> "Zygote":
        """Return one for a single slot, to be started by `start_again`."""
        other = Zygote(self._environment, 1, self._places)
        other._setup, other._sandbox = self._setup, self._sandbox
        other._questions = self._questions
        return other

    def start_again(self) -> "Server":
        """Start it as the one that it stands in for was, and return its server."""
        # A template of SQLite was in the memory of the one that has died.
        empty = not self._setup.server
        self.start(self._setup, self._sandbox, self._questions, empty=empty)
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

    def _ask(self, start: Start) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        with suppress(BrokenPipeError, ValueError):  # ValueError: hung up just now.
            print(json.dumps(asdict(start)), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        said: dict[str, Any] = json.loads(line) if line else {"broken": "it ended"}
        return said


class Server:
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
        self._pid, self._patience = pid, limit + ANSWERS_WITHIN

    def hang_up(self) -> None:
        """Give no more orders, which ends the forkserver and what it runs."""
        with suppress(OSError):
            self._orders.close()

    def kill(self) -> None:
        """End the forkserver, and so the rest of its slot."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def run(self, order: dict[str, Any]) -> Outcome:
        """Run one example there.

        Raises:
            LaneUnavailable: the database server refused or died.
            ServerDied: the forkserver ended.
        """
        with suppress(BrokenPipeError, ValueError):  # ValueError: hung up just now.
            print(json.dumps(order), file=self._orders, flush=True)
        answer = self._answer()
        if "ended" in answer:
            raise ServerDied(f"ended the process that ran it ({answer['ended']})")
        if "lane lost" in answer:
            raise LaneUnavailable(answer["lane lost"])
        return from_json(answer["outcome"])

    def _answer(self) -> dict[str, Any]:
        poll = select.poll()
        poll.register(self.answers, select.POLLIN)
        if not poll.poll(self._patience * 1000):
            self.kill()
            raise ServerDied("stopped the process that ran it")
        line = self.answers.readline()
        answer: dict[str, Any] = (
            json.loads(line) if line else {"ended": "nobody saw how"}
        )
        return answer


def end(process: "subprocess.Popen[str]", patience: float = PATIENCE) -> None:
    """Wait for a process that was told to end; end it and its group if it does not."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
