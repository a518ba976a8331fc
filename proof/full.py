"""A PostgreSQL server of the run's own, which takes few connections.

The server that others use too must not be filled. This one lives as long as the lane
`full` runs.
"""

from dataclasses import dataclass
from pathlib import Path

from proof.lanes import Postgres
from proof.own_server import start_postgres

CONNECTIONS = 10
"""How many the server takes, those of the run itself among them."""
SETTINGS: dict[str, object] = {
    "max_connections": CONNECTIONS,
    "superuser_reserved_connections": 0,
}


@dataclass
class Full(Postgres):
    """PostgreSQL with few connections, which one example may use up."""

    name: str = "full"

    def waits_for_lock(self, url: str) -> bool:
        """Return false: a server that takes no more connections cannot be asked."""
        return False


def start_full(mark: str, run: Path) -> Full:
    """Start the server in the folder of a run and return its lane.

    Raises:
        LaneUnavailable: the programs are not here, or refuse; says which.
    """
    own = start_postgres(run, "full", **SETTINGS)
    return Full(
        own.url, mark, ends=own.end, said=f"a server of the run's own, {own.programs}"
    )
