"""Which server a lane runs on: one that is named, one that answers, or the run's own.

PROOF_POSTGRES_URL, or 127.0.0.1:5432 ─┐ no answer   ┌─ installed programs
PROOF_REDIS_URL, or 127.0.0.1:6379 ────┴───────────▶ ┴─ those of a package
"""

import getpass
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from proof.databases.own_server import OwnServer, start_postgres, start_redis
from proof.databases.server import LOOPBACK, Server, first_line
from proof.errors import LaneUnavailable

POSTGRES_URL = "PROOF_POSTGRES_URL"
REDIS_URL = "PROOF_REDIS_URL"
SAID = "_IS"
"""Ends the name of the variable that says whose server such a URL names."""
ROOM = 200
"""Connections that the run's own PostgreSQL takes: all examples at once, and more."""


def postgres_server(folder: Path) -> Server:
    """Return a PostgreSQL, of the run's own if none answers.

    Raises:
        LaneUnavailable: none answers, and none can be started; says why.
    """
    return _found_or_started(find_postgres, lambda: own_postgres(folder))


def redis_server(folder: Path) -> Server:
    """Return a Redis, of the run's own if none answers.

    Raises:
        LaneUnavailable: none answers, and none can be started; says why.
    """
    return _found_or_started(find_redis, lambda: own_redis(folder))


def own_postgres(folder: Path) -> OwnServer:
    """Start a PostgreSQL in the folder of a run.

    Raises:
        LaneUnavailable: the programs are not here, or refuse; says which.
    """
    return start_postgres(folder, "postgresql", max_connections=ROOM)


def own_redis(folder: Path) -> OwnServer:
    """Start a Redis in the folder of a run.

    Raises:
        LaneUnavailable: the program is not here, or refuses; says which.
    """
    return start_redis(folder, "redis")


def find_postgres() -> Server:
    """Return the PostgreSQL server that a URL names or that answers on loopback.

    Raises:
        LaneUnavailable: no server answers, or it lets nobody in; says which.
    """
    url = os.environ.get(POSTGRES_URL)
    where = f"the server of {POSTGRES_URL}" if url else f"{LOOPBACK}:5432"
    the = where if url else f"the server at {where}"
    candidates = [url] if url else _loopback_urls()
    reasons = []
    for candidate in candidates:
        try:
            psycopg.connect(candidate, connect_timeout=3).close()
        except psycopg.Error as error:
            reasons.append(first_line(error))
        else:
            said = os.environ.get(POSTGRES_URL + SAID, the)
            return Server(candidate, said)
    raise LaneUnavailable(f"{where}: {reasons[-1]}")


def find_redis() -> Server:
    """Return the Redis server that a URL names or that answers.

    Raises:
        LaneUnavailable: no server answers; says which.
    """
    url = os.environ.get(REDIS_URL, f"redis://{LOOPBACK}:6379/0")
    named = REDIS_URL in os.environ
    where = f"the server of {REDIS_URL}" if named else f"{LOOPBACK}:6379"
    the = where if named else f"the server at {where}"
    try:
        with redis.from_url(url, socket_connect_timeout=3) as server:
            server.ping()
    except redis.RedisError as error:
        raise LaneUnavailable(f"{where}: {first_line(error)}") from error
    said = os.environ.get(REDIS_URL + SAID, the)
    return Server(url, said)


def share_own(folder: Path) -> list[OwnServer]:
    """Start what does not answer, and have it found by its URL from now on.

    For a process with many runs: each would start servers of its own. What cannot be
    started is left to them, who say why.
    """
    started = (
        _shared(POSTGRES_URL, find_postgres, lambda: own_postgres(folder)),
        _shared(REDIS_URL, find_redis, lambda: own_redis(folder)),
    )
    return [own for own in started if own is not None]


def _shared(
    url: str, find: Callable[[], Server], start: Callable[[], OwnServer]
) -> OwnServer | None:
    try:
        find()
    except LaneUnavailable as error:
        with suppress(LaneUnavailable):
            own = start()
            os.environ[url] = own.url
            os.environ[url + SAID] = _whose(own, error)
            return own
    return None


def _found_or_started(
    find: Callable[[], Server], start: Callable[[], OwnServer]
) -> Server:
    try:
        return find()
    except LaneUnavailable as why:
        try:
            own = start()
        except LaneUnavailable as error:
            raise LaneUnavailable(f"{why}; {error}") from error
        return Server(own.url, _whose(own, why), own.end)


def _whose(own: OwnServer, why: LaneUnavailable) -> str:
    return f"a server of the run's own, {own.programs}, as there is no other ({why})"


def _loopback_urls() -> list[str]:
    users = dict.fromkeys((getpass.getuser(), "postgres"))
    return [f"postgresql://{quote(user)}@{LOOPBACK}:5432/postgres" for user in users]
