"""PostgreSQL behind a PgBouncer of the run's own, which shares out two connections.

An example reaches the server through it alone. What makes databases, and looks at them,
goes to the server itself.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg

from proof.databases.find_server import find_postgres
from proof.databases.own_server import (
    Folder,
    OwnServer,
    free_port,
    once_it_answers,
    start_postgres,
)
from proof.databases.postgres import BACKENDS_END_WITHIN, Postgres
from proof.databases.programs import Programs
from proof.databases.server import LOOPBACK, Server
from proof.databases.workspace import SERVERS
from proof.errors import LaneUnavailable
from proof.installed import installed

NAME = "pgbouncer"
SHARED = 2
"""Connections to each database, for all of its clients."""
PORT = "port"
"""The file of its folder that has its port: others make no second one."""
SETTINGS = {
    "listen_addr": LOOPBACK,
    "unix_socket_dir": "",
    # Whoever comes is let in, as the one whom the line of the databases names.
    "auth_type": "any",
    "pool_mode": "transaction",
    "default_pool_size": str(SHARED),
    "max_client_conn": "500",
}
NO_PREPARED = {"max_prepared_statements": "0"}
"""Newer versions keep prepared statements; all are made to do as the older ones."""
KEEPS_PREPARED = (1, 21)


class PgBouncer(Postgres):
    """PostgreSQL, which an example reaches through PgBouncer alone."""

    @classmethod
    def server_for(cls, folder: Path) -> Server:
        program = _program()
        postgres = _postgres(folder)
        try:
            own = _start(folder, program, postgres.url)
        except LaneUnavailable:
            postgres.ends()
            raise

        def ends() -> None:
            own.end()
            postgres.ends()

        return Server(postgres.url, f"PgBouncer, {own.programs}", ends)

    @classmethod
    def clean(cls) -> Iterator[str]:
        """Yield nothing: it ended with its run; PostgreSQL has a lane of its own."""
        yield from ()

    def create(self, number: str) -> str:
        direct = urlsplit(super().create(number))
        port = (self.folder / SERVERS / NAME / PORT).read_text("utf-8")
        user = f"{direct.username}@" if direct.username else ""
        return urlunsplit(direct._replace(netloc=f"{user}{LOOPBACK}:{port}"))

    def settle(self, url: str) -> None:
        """Wait until nobody is at work, and end the connections that are kept."""
        deadline = time.monotonic() + BACKENDS_END_WITHIN
        busy = "SELECT bool_or(state <> 'idle') FROM pg_stat_activity"
        while self._asks(busy, url) and time.monotonic() < deadline:
            time.sleep(0.002)
        self._asks(
            "SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity", url
        )
        super().settle(url)


def _program() -> Path:
    found = installed(NAME)
    if found is None:
        raise LaneUnavailable("the program pgbouncer is not installed here")
    return found


def _postgres(folder: Path) -> Server:
    try:
        return find_postgres()
    except LaneUnavailable:
        own = start_postgres(folder, "behind-pgbouncer")
        return Server(own.url, "", own.end)


def _start(folder: Path, program: Path, url: str) -> OwnServer:
    """Start it in front of a server.

    Raises:
        LaneUnavailable: it refuses; says why.
    """
    home, port = Folder(folder, NAME), free_port()
    for name, text in (
        ("pgbouncer.ini", _configuration(program, url, port)),
        (PORT, str(port)),
    ):
        (home.folder / name).write_text(text, "utf-8")
    with home.log.open("wb") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [program, "pgbouncer.ini"], **home.options(log)
        )
    reached = urlsplit(url)._replace(netloc=f"{LOOPBACK}:{port}", path="/pgbouncer")
    server = OwnServer(
        urlunsplit(reached), home.folder, process, Programs(program.parent)
    )
    return once_it_answers("PgBouncer", server, _asks, home.log)


def _asks(url: str) -> None:
    psycopg.connect(url, connect_timeout=3, autocommit=True).close()


def _configuration(program: Path, url: str, port: int) -> str:
    there = urlsplit(url)
    facts = {
        "host": there.hostname,
        "port": there.port or 5432,
        "user": unquote(there.username or "postgres"),
        "password": unquote(there.password or ""),
    }
    to = " ".join(f"{name}='{value}'" for name, value in facts.items() if value)
    told = {**SETTINGS, "listen_port": str(port)}
    if _version(program) >= KEEPS_PREPARED:
        told |= NO_PREPARED
    lines = "\n".join(f"{name} = {value}" for name, value in told.items())
    return f"[databases]\n* = {to}\n[pgbouncer]\n{lines}\n"


def _version(program: Path) -> tuple[int, ...]:
    said = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout
    with suppress(IndexError, ValueError):
        return tuple(int(part) for part in said.split()[1].split(".")[:2])
    return (0,)
