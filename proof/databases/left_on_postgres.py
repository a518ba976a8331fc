"""Databases on a PostgreSQL server whose run is no longer alive."""

import re
from collections.abc import Iterator

import psycopg
from psycopg import sql

from proof.databases.database import PREFIX
from proof.databases.find_server import find_postgres
from proof.databases.server import first_line
from proof.errors import LaneUnavailable

DATABASE = re.compile(rf"({PREFIX}[0-9a-f]{{8}})_\w+")
"""A database of a run; the group is what the run's connections are called."""


def remove_dead() -> Iterator[str]:
    """Drop them, and yield a line about each."""
    try:
        server = find_postgres().url
    except LaneUnavailable as error:
        yield f"PostgreSQL was not looked at: {error}"
        return
    with psycopg.connect(server, autocommit=True) as connection:
        for name in _dead(connection):
            try:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
                )
            except psycopg.Error as error:
                yield f"kept: database {name}: {first_line(error)}"
            else:
                yield f"removed: database {name}"


def _dead(connection: "psycopg.Connection[tuple[object, ...]]") -> list[str]:
    """Return the databases whose run holds no connection to the server any more.

    A run connects under its name before it makes its first database and keeps that
    connection to its end; so the databases are listed first.
    """
    names = connection.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()
    alive = connection.execute("SELECT application_name FROM pg_stat_activity")
    runs = {str(name) for (name,) in alive.fetchall()}
    found = (DATABASE.fullmatch(str(name)) for (name,) in names)
    return [one[0] for one in found if one is not None and one[1] not in runs]
