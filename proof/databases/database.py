"""What the database of every lane does: it has one of its own for each example.

A run writes only to databases that it made itself, under a name that holds the
run's own random mark. Nothing else on a server is ever opened for writing.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from proof.databases.server import NO_SERVER, Server
from proof.errors import LaneUnavailable
from proof.outcome import Outcome

PREFIX = "proof_"
"""Begins the names of a run's databases and of the connections that keep them."""
FULL = re.compile("too many (connections|clients)|remaining connection slots")


@dataclass
class Database(ABC):
    """The database of a lane, by the lane's name, and the server that it is on.

    `folder` and `mark` are the run's.
    """

    lane: str
    folder: Path
    mark: str
    server: Server = NO_SERVER
    only_reads: ClassVar[str] = ""
    """The statement after which a connection refuses to write."""

    @classmethod
    def server_for(cls, folder: Path) -> Server:
        """Return the server to be on; it is started if none answers.

        Raises:
            LaneUnavailable: there is none, and none can be started; says why.
        """
        return NO_SERVER

    @classmethod
    def clean(cls) -> Iterator[str]:
        """Remove what dead runs left on the server, and yield a line about each."""
        yield from ()

    @property
    def broker(self) -> str:
        """The URL of the message broker, empty for one of files."""
        return ""

    def prepare(self) -> None:
        """Make the empty template database, where it does not come with its file.

        Raises:
            LaneUnavailable: the server refuses.
        """
        return

    @abstractmethod
    def template(self) -> str:
        """Return the URL of the database that is migrated and filled once."""

    @abstractmethod
    def seal(self) -> None:
        """Put the template out of the examples' reach: this process keeps it."""

    def open(self) -> None:
        """Let the template be read again, by who takes the place of a dead process."""
        return

    @abstractmethod
    def create(self, number: str) -> str:
        """Make a fresh database from the template and return its URL."""

    def settle(self, url: str) -> None:
        """Wait until no process of the server works for this database any more."""
        return

    def waits_for_lock(self, url: str) -> bool:
        """Whether a statement waits for a lock that another connection holds."""
        return False

    def at_work(self, url: str) -> frozenset[str]:
        """Return the statements that the server works at, each told from the next."""
        return frozenset()

    @abstractmethod
    def drop(self, url: str) -> None:
        """Remove a database that `create` made."""

    def sweep(self) -> None:
        """Remove from the server all that the run has made there.

        Raises:
            LaneUnavailable: the server refuses.
        """
        return

    @abstractmethod
    def close(self) -> None:
        """Remove the template, and end the server if it is the run's own."""


def is_full(message: str) -> bool:
    """Whether a message is that of a server which takes no more connections."""
    return FULL.search(message) is not None


def refuse_if_full(lane: str, outcome: Outcome) -> None:
    """Tell a server that was full from an example that fails.

    Raises:
        LaneUnavailable: the example could not connect, as the server was full.
    """
    if outcome.raised is not None and is_full(outcome.raised.message):
        raise LaneUnavailable(f"{lane}: {outcome.raised.message.splitlines()[0]}")
