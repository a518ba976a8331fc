"""The databases on which every example runs, each lane with databases of its own.

A run writes only to databases that it made itself, under a name that holds the
run's own random mark. Nothing else on a server is ever opened for writing.
"""

import contextlib
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

from proof.errors import LaneUnavailable
from proof.outcome import Outcome

LOOPBACK = "127.0.0.1"
PREFIX = "proof_"
"""Begins the names of a run's databases and of the connections that keep them."""
FULL = re.compile("too many (connections|clients)|remaining connection slots")
TEMPLATE_FREE_WITHIN = 30.0
"""Seconds for which to wait until nobody reads the template."""
SWEPT_WITHIN = 20.0
"""Seconds after which a server that does not stop making databases is left alone."""
BACKENDS_END_WITHIN = 5.0
"""Seconds after which a server process that outlived its example is ended."""


def _nothing() -> None:
    """End no server: it was there before."""


class Lane(Protocol):
    """A kind of database; `name` is what a claim calls it.

    `said` is whose server it is, empty where there is none.
    """

    name: str
    said: str

    def template(self) -> str:
        """Return the URL of the database that is migrated and filled once."""

    def seal(self) -> None:
        """Put the template out of the examples' reach: this process keeps it."""

    def create(self, number: str) -> str:
        """Make a fresh database from the template and return its URL."""

    def settle(self, url: str) -> None:
        """Wait until no process of the server works for this database any more."""

    def waits_for_lock(self, url: str) -> bool:
        """Whether a statement waits for a lock that another connection holds."""

    def drop(self, url: str) -> None:
        """Remove a database that `create` made."""

    def close(self) -> None:
        """Remove the template."""


SEALED: dict[Path, bytes] = {}
"""Templates of SQLite that lie in this process and on no disk."""


@dataclass
class Sqlite:
    """SQLite in a file; a fresh database is a copied file."""

    folder: Path
    name: str = "sqlite"
    said: str = ""

    def template(self) -> str:
        return self._url(f"{self.name}_template")

    def create(self, number: str) -> str:
        template = self._path(f"{self.name}_template")
        if template in SEALED:
            self._path(number).write_bytes(SEALED[template])
        else:
            shutil.copyfile(template, self._path(number))
        return self._url(number)

    def seal(self) -> None:
        template = self._path(f"{self.name}_template")
        SEALED[template] = template.read_bytes()
        template.unlink()

    def settle(self, url: str) -> None:
        return

    def waits_for_lock(self, url: str) -> bool:
        return False

    def drop(self, url: str) -> None:
        path = Path(unquote(urlsplit(url).path[1:]))
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)

    def close(self) -> None:
        self.drop(self.template())

    def _path(self, number: str) -> Path:
        return self.folder / f"{number}.sqlite3"

    def _url(self, number: str) -> str:
        return f"sqlite:///{quote(str(self._path(number)))}"


@dataclass
class Redis(Sqlite):
    """SQLite, and a Redis server as the message broker.

    `ends` ends the server, if it is the run's own. Every key of the run begins with
    its mark, and only those are ever removed.
    """

    broker: str = ""
    mark: str = ""
    name: str = "redis"
    ends: Callable[[], None] = _nothing

    def close(self) -> None:
        super().close()
        self.ends()

    def drop(self, url: str) -> None:
        super().drop(url)
        self.sweep(Path(unquote(urlsplit(url).path[1:])).stem)

    def sweep(self, number: str = "") -> None:
        """Remove the keys of one example, or of the whole run."""
        try:
            with redis.from_url(self.broker) as server:
                for key in server.scan_iter(f"{PREFIX}{self.mark}_{number}*"):
                    server.delete(key)
        except redis.RedisError as error:
            raise LaneUnavailable(f"{self.name}: {first_line(error)}") from error


@dataclass
class Postgres:
    """PostgreSQL; a fresh database is made from a template database.

    `server` is the URL of any database on the server; `mark` is the run's own. `ends`
    ends the server, if that is the run's own, too.
    """

    server: str
    mark: str
    name: str = "postgresql"
    said: str = ""
    ends: Callable[[], None] = _nothing
    _admin: psycopg.Connection[tuple[object, ...]] | None = None

    def template(self) -> str:
        return self._url("template")

    def prepare(self) -> None:
        """Make the empty template database.

        Raises:
            LaneUnavailable: the server refuses.
        """
        self._execute("CREATE DATABASE {}", self._database("template"))

    def open(self) -> None:
        """Let the template be read again, by who takes the place of a dead process."""
        self._let_in(True)

    def seal(self) -> None:
        self._let_in(False)

    def _let_in(self, anybody: bool) -> None:
        statement = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
            sql.Identifier(self._database("template")), sql.Literal(anybody)
        )
        # Over a connection of its own: the process that does this is forked later.
        with _one_line(self.name), psycopg.connect(self.server) as connection:
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

    def drop(self, url: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", _name_of(url))

    def sweep(self) -> None:
        """Drop every database of the run, also one that is just being made.

        Raises:
            LaneUnavailable: the server refuses.
        """
        deadline = time.monotonic() + SWEPT_WITHIN
        mark = f"{PREFIX}{self.mark}_"
        while time.monotonic() < deadline:
            for name in self._column(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", mark
            ):
                self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            if not self._column(
                "SELECT query FROM pg_stat_activity WHERE state = 'active' "
                "AND pid <> pg_backend_pid() AND strpos(query, %s) > 0",
                mark,
            ):
                break
            time.sleep(0.02)
        self.close()

    def close(self) -> None:
        with contextlib.suppress(LaneUnavailable):
            self.drop(self.template())
        if self._admin is not None:
            self._admin.close()
        self.ends()

    def _database(self, number: str) -> str:
        return f"{PREFIX}{self.mark}_{number}"

    def _url(self, number: str) -> str:
        return urlunsplit(
            urlsplit(self.server)._replace(path=f"/{self._database(number)}")
        )

    def _connected(self) -> "psycopg.Connection[tuple[object, ...]]":
        if self._admin is None or self._admin.closed:
            self._admin = psycopg.connect(
                self.server,
                autocommit=True,
                connect_timeout=5,
                application_name=f"{PREFIX}{self.mark}",
            )
        return self._admin

    def _execute(self, statement: str, *names: str) -> None:
        with _one_line(self.name):
            identifiers = [sql.Identifier(name) for name in names]
            self._connected().execute(sql.SQL(statement).format(*identifiers))

    def _column(self, statement: str, value: str) -> list[str]:
        with _one_line(self.name):
            return [
                str(row[0]) for row in self._connected().execute(statement, [value])
            ]

    def _asks(self, statement: str, url: str) -> bool:
        with _one_line(self.name):
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


def first_line(error: Exception) -> str:
    """Return the first line of an error's message that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
