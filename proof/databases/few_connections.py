"""A PostgreSQL server of the run's own, which takes few connections.

The server that others use too must not be filled. This one lives as long as its lane
runs.
"""

from collections.abc import Iterator
from pathlib import Path

from proof.databases.own_server import start_postgres
from proof.databases.postgres import Postgres
from proof.databases.server import Server

CONNECTIONS = 10
"""How many the server takes, those of the run itself among them."""
SETTINGS: dict[str, object] = {
    "max_connections": CONNECTIONS,
    "superuser_reserved_connections": 0,
}


class FewConnections(Postgres):
    """PostgreSQL with few connections, which one example at a time may use up."""

    @classmethod
    def server_for(cls, folder: Path) -> Server:
        own = start_postgres(folder, "few-connections", **SETTINGS)
        said = f"a server of the run's own, {own.programs}"
        return Server(own.url, said, own.end)

    @classmethod
    def clean(cls) -> Iterator[str]:
        """Yield nothing: the server ended with its run."""
        yield from ()

    def waits_for_lock(self, url: str) -> bool:
        """Return false: a server that takes no more connections cannot be asked."""
        return False

    def at_work(self, url: str) -> frozenset[str]:
        """Return nothing, for the same reason."""
        return frozenset()
