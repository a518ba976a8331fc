"""What is counted as left open, and what only looks like it."""

import sqlite3
from types import SimpleNamespace

from django.db.backends.sqlite3.base import DatabaseWrapper

from proof.watching import leftovers


def _closed() -> int:
    raise sqlite3.ProgrammingError("Cannot operate on a closed database.")


def test_a_connection_that_its_driver_calls_closed_has_no_socket() -> None:
    """Whatever the driver's exception is, the example is judged all the same."""
    connection = DatabaseWrapper({"TIME_ZONE": None, "NAME": ":memory:"})
    connection.connection = SimpleNamespace(fileno=_closed)
    assert leftovers._socket_of(connection) == -1
