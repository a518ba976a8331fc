"""The lanes: on which database an example runs, and with what as its message broker.

A new lane is an entry here and the class of its database in `proof/databases/`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proof.databases.database import Database
    from proof.databases.server import Server
    from proof.example import Example


@dataclass(frozen=True)
class Lane:
    """All that is true of a lane.

    Args:
        name: What a claim calls it.
        words: What the page calls it.
        database: The class of its database, which is imported where it is used.
        takes: Whether an example has anything to do with what the lane adds.
        at_once: How many examples it runs at a time; without it, as many as may.
        keeps_template: Whether the template outlives the process that filled it.
        alone: Whether an example runs there alone whose claims name it and no other.
    """

    name: str
    words: str
    database: str
    takes: Callable[["Example"], bool] = lambda example: True
    at_once: int | None = None
    keeps_template: bool = False
    alone: bool = False

    def started(self, folder: Path, mark: str) -> "Database":
        """Return its database, with a server that is started if none answers.

        `folder` and `mark` are the run's.

        Raises:
            LaneUnavailable: there is none, and none can be started; says why.
        """
        of = self._class()
        return of(self.name, folder, mark, of.server_for(folder))

    def on(self, server: "Server", folder: Path, mark: str) -> "Database":
        """Return its database on a server that was found or started elsewhere."""
        return self._class()(self.name, folder, mark, server)

    def clean(self) -> Iterator[str]:
        """Remove what dead runs left on its server, and yield a line about each."""
        return self._class().clean()

    def _class(self) -> "type[Database]":
        found: type[Database] = resolve_name(self.database)
        return found


def _names(lane: str) -> Callable[["Example"], bool]:
    """Return whether a claim does: the rest is shown on any other lane as well."""
    return lambda example: any(lane in claim.lanes for claim in example.claims)


LANES = {
    one.name: one
    for one in (
        Lane("sqlite", "SQLite", "proof.databases.sqlite:Sqlite"),
        Lane(
            "postgresql",
            "PostgreSQL",
            "proof.databases.postgres:Postgres",
            keeps_template=True,
            alone=True,
        ),
        Lane(
            "redis",
            "SQLite and Redis",
            "proof.databases.redis:Redis",
            takes=lambda example: example.has_broker,
        ),
        Lane(
            "few-connections",
            "a PostgreSQL that takes few connections",
            "proof.databases.few_connections:FewConnections",
            takes=_names("few-connections"),
            at_once=1,
            keeps_template=True,
        ),
        Lane(
            "pgbouncer",
            "PostgreSQL behind PgBouncer",
            "proof.databases.pgbouncer:PgBouncer",
            takes=_names("pgbouncer"),
            keeps_template=True,
            alone=True,
        ),
    )
}
"""All lanes by name, in the order in which they are named."""
