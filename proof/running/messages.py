"""What the processes of a run say to each other, each message a line of JSON.

    run ──Start──▶ interpreter ──Prepared──▶ run
    run ──Order──▶ forkserver ──Answer──▶ run
    forkserver ──Task──▶ forker ──Exit──▶ forkserver
    run ──InUse──▶ clean-up

Both ends import this, and neither the other: whoever gives orders needs nothing of what
an example needs.
"""

import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from proof.outcome import BUSY, Outcome
from proof.serialize import facts, made

LIMIT = 30.0
"""Seconds that an example may take. One that hangs as it claims ends much earlier.

The time in which it was kept waiting for a processor is not its own.
"""
AT_MOST = 10
"""Times the limit after which an example is ended on the busiest of machines."""


@dataclass(frozen=True)
class Setup:
    """What is true of a lane in all of its processes.

    `lane` is its name; `server` the URL of its server, empty where there is none;
    `folder` and `mark` are the run's; `limit` is the seconds that an example may take.
    """

    lane: str
    folder: str
    mark: str
    server: str
    limit: float


@dataclass(frozen=True)
class Start:
    """What an interpreter is told: the lane, and each runner's pipes.

    `services` are the addresses of what the run started, by variable; `questions` is
    all that will be asked; `empty` says that the template database is to be filled.
    """

    setup: Setup
    runners: tuple[tuple[int, int], ...]
    services: Mapping[str, str]
    questions: tuple[str, ...]
    empty: bool = False


@dataclass(frozen=True)
class Prepared:
    """How that went: the process of each forkserver, or why there are none.

    `refused` is what a database server said; `broken` a traceback.
    """

    forkservers: tuple[int, ...] = ()
    refused: str = ""
    broken: str = ""


@dataclass(frozen=True)
class Order:
    """What a forkserver is asked: to run an example in a lane, and ask `questions`.

    `under` is the pool, server, runner or caller, empty where the place has none;
    `quiet` says that it must log no error; `fills_server` that it claims to be let in
    no more, so that a server which is full is no reason to give up the lane.
    """

    example: str
    lane: str
    place: str
    code: str
    call: str | None = None
    under: str = ""
    hang_expected: bool = False
    quiet: bool = False
    fills_server: bool = False
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What came of an order: an outcome, or why there is none.

    `lane_lost` is why the lane cannot go on; `ended` how the runner's processes did.
    """

    outcome: Outcome | None = None
    lane_lost: str = ""
    ended: str = ""


@dataclass(frozen=True)
class Task:
    """What a child is asked to do: run a block in its place, on its database.

    `broker` is the URL of the message broker, empty for one of files; `prefix` begins
    every key that the example may write there.
    """

    order: Order
    database_url: str
    folder: str
    broker: str = ""
    prefix: str = ""


@dataclass(frozen=True)
class Exit:
    """How a child went: its wait status, or that it was ended for hanging, and why."""

    status: int
    hung: bool = False
    reason: str = BUSY

    def __str__(self) -> str:
        if self.hung:
            return "hung"
        if os.WIFSIGNALED(self.status):
            return f"killed by {name_of(os.WTERMSIG(self.status))}"
        return f"exited with {os.WEXITSTATUS(self.status)} before the example was done"


@dataclass(frozen=True)
class InUse:
    """A server on which a lane makes databases or keys, all with the run's mark."""

    lane: str
    mark: str
    server: str


Message = TypeVar("Message")


def line_of(message: object) -> str:
    """Return a message as a line."""
    return json.dumps(facts(message)) + "\n"


def read(kind: Callable[..., Message], line: str) -> Message:
    """Return the message that a line holds."""
    return made(kind, json.loads(line))


def write(descriptor: int, message: object) -> None:
    """Write a message to a pipe, in as many pieces as the pipe takes."""
    data = line_of(message).encode()
    while data:
        data = data[os.write(descriptor, data) :]


def name_of(number: int) -> str:
    """Return a signal's name, or its number: most real-time ones have no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
