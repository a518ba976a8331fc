"""`proof clean`: remove what runs left behind that are no longer alive."""

import argparse
import re
import shutil
from collections.abc import Iterator

import psycopg
from psycopg import sql

from proof.commands import HOLDS
from proof.databases.database import PREFIX
from proof.databases.find_server import find_postgres
from proof.databases.workspace import left_behind
from proof.errors import LaneUnavailable

DATABASE = re.compile(rf"({PREFIX}[0-9a-f]{{8}})_\w+")
"""A database of a run; the group is what the run's connections are called."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options: it has none."""


def main(options: argparse.Namespace) -> int:
    """Remove the folders and the databases of dead runs, and say which."""
    removed = [*_folders(), *_databases()]
    for line in removed:
        print(line)
    if not removed:
        print("Nothing was left behind by a run.")
    return HOLDS


def _folders() -> Iterator[str]:
    for folder in left_behind():
        shutil.rmtree(folder, ignore_errors=True)
        yield f"removed: {folder}"


def _databases() -> Iterator[str]:
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
                yield f"kept: database {name}: {str(error).splitlines()[0]}"
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
