"""PostgreSQL, with a database for each example that the server copies from another."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from proof.databases.database import PREFIX, Database
from proof.databases.find_server import postgres_server
from proof.databases.left_on_postgres import remove_dead
from proof.databases.server import Server, first_line
from proof.errors import LaneUnavailable

TEMPLATE_FREE_WITHIN = 30.0
"""Seconds for which to wait until nobody reads the template."""
SWEPT_WITHIN = 20.0
"""Seconds after which a server that does not stop making databases is left alone."""
BACKENDS_END_WITHIN = 5.0
"""Seconds after which a server process that outlived its example is ended."""


@dataclass
class Postgres(Database):
    """PostgreSQL; a fresh database is made from a template database.

    The server's URL is that of any database on it.
    """

    only_reads = "SET default_transaction_read_only = on"
    _admin: psycopg.Connection[tuple[object, ...]] | None = None

    @classmethod
    def server_for(cls, folder: Path) -> Server:
        return postgres_server(folder)

    @classmethod
    def clean(cls) -> Iterator[str]:
        return remove_dead()

    def template(self) -> str:
        return self._url("template")

    def prepare(self) -> None:
        self._execute("CREATE DATABASE {}", self._database("template"))

    def open(self) -> None:
        self._let_in(True)

    def seal(self) -> None:
        self._let_in(False)

    def _let_in(self, anybody: bool) -> None:
        statement = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
            sql.Identifier(self._database("template")), sql.Literal(anybody)
        )
        # Over a connection of its own: the process that does this is forked later.
        with _one_line(self.lane), psycopg.connect(self.server.url) as connection:
            connection.autocommit = True
            connection.execute(statement)

    def create(self, number: str) -> str:
        names = self._database(number), self._database("template")
        deadline = time.monotonic() + TEMPLATE_FREE_WITHIN
        while True:
            try:
                self._execute("CREATE DATABASE {} TEMPLATE {}", *names)
            except LaneUnavailable as error:
                in_use = isinstance(error.__cause__, psycopg.errors.ObjectInUse)
                if not in_use or time.monotonic() > deadline:
                    raise
            else:
                return self._url(number)

    def settle(self, url: str) -> None:
        deadline = time.monotonic() + BACKENDS_END_WITHIN
        while self._asks("SELECT count(*) > 0 FROM pg_stat_activity", url):
            if time.monotonic() > deadline:
                self._asks(
                    "SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity",
                    url,
                )
            time.sleep(0.002)

    def waits_for_lock(self, url: str) -> bool:
        return self._asks(
            "SELECT bool_or(cardinality(pg_blocking_pids(pid)) > 0) "
            "FROM pg_stat_activity",
            url,
        )

    def at_work(self, url: str) -> frozenset[str]:
        return frozenset(
            self._column(
                "SELECT concat(pid, ' ', query_start) FROM pg_stat_activity "
                "WHERE state = 'active' AND cardinality(pg_blocking_pids(pid)) = 0 "
                "AND wait_event_type IS DISTINCT FROM 'Client' AND datname = %s",
                _name_of(url),
            )
        )

    def drop(self, url: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", _name_of(url))

    def sweep(self) -> None:
        """Drop every database of the run, also one that is just being made."""
        deadline = time.monotonic() + SWEPT_WITHIN
        mark = f"{PREFIX}{self.mark}_"
        while time.monotonic() < deadline:
            # Asked first: what ends between two looks is then seen by the second.
            is_making = self._column(
                "SELECT query FROM pg_stat_activity WHERE state = 'active' "
                "AND pid <> pg_backend_pid() AND strpos(query, %s) > 0",
                mark,
            )
            for name in self._column(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", mark
            ):
                self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            if not is_making:
                break
            time.sleep(0.02)
        self.close()

    def close(self) -> None:
        with contextlib.suppress(LaneUnavailable):
            self.drop(self.template())
        if self._admin is not None:
            self._admin.close()
        self.server.ends()

    def _database(self, number: str) -> str:
        return f"{PREFIX}{self.mark}_{number}"

    def _url(self, number: str) -> str:
        return urlunsplit(
            urlsplit(self.server.url)._replace(path=f"/{self._database(number)}")
        )

    def _connected(self) -> "psycopg.Connection[tuple[object, ...]]":
        if self._admin is None or self._admin.closed:
            self._admin = psycopg.connect(
                self.server.url,
                autocommit=True,
                connect_timeout=5,
                application_name=f"{PREFIX}{self.mark}",
            )
        return self._admin

    def _execute(self, statement: str, *names: str) -> None:
        with _one_line(self.lane):
            identifiers = [sql.Identifier(name) for name in names]
            self._connected().execute(sql.SQL(statement).format(*identifiers))

    def _column(self, statement: str, value: str) -> list[str]:
        with _one_line(self.lane):
            return [
                str(row[0]) for row in self._connected().execute(statement, [value])
            ]

    def _asks(self, statement: str, url: str) -> bool:
        with _one_line(self.lane):
            row = (
                self._connected()
                .execute(f"{statement} WHERE datname = %s", [_name_of(url)])
                .fetchone()
            )
        return bool(row and row[0])


def _name_of(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


@contextlib.contextmanager
def _one_line(lane: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise LaneUnavailable(f"{lane}: {first_line(error)}") from error
