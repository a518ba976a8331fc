"""A server of the run's own: PostgreSQL or Redis, started from programs and ended.

Programs that are installed are taken first, then those that a package of the
environment brings along. The server lies in a folder of the run, listens on a free
port of 127.0.0.1, and is run by somebody who is not root.
"""

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

from proof.databases.processes import processes_of
from proof.databases.programs import NEEDED, Programs, postgres_programs, redis_program
from proof.databases.server import LOOPBACK
from proof.databases.workspace import SERVERS
from proof.errors import LaneUnavailable

POSTGRES_SETTINGS: Mapping[str, object] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_wal_senders": 0,
    "fsync": "off",
}
REDIS_SETTINGS: Mapping[str, str] = {
    "bind": LOOPBACK,
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
}
TOLD_TO_END = ("redis-server", "valkey-server", "pgbouncer")
UNPRIVILEGED = ("postgres", "redis", "nobody")
"""Who runs a server where this process is root's, which PostgreSQL refuses."""
STARTS_WITHIN = 30.0
ENDS_WITHIN = 10.0


@dataclass(frozen=True)
class OwnServer:
    """A server that was started; `programs` is what it was started from."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    programs: Programs

    def end(self) -> None:
        """End it, and wait until nothing of it is left."""
        end_cluster(self.folder)
        self.process.kill()
        self.process.wait()


def start_postgres(run: Path, name: str, **settings: object) -> OwnServer:
    """Start a PostgreSQL in the folder of a run; `settings` are its own.

    Raises:
        LaneUnavailable: the programs are not here, or refuse; says which.
    """
    programs, home = postgres_programs(), Folder(run, name)
    reached = home.reached(programs, NEEDED)
    data, port = home.folder / "data", free_port()
    with home.log.open("wb") as log:
        made = subprocess.run(
            [
                reached / "bin" / "initdb",
                "--pgdata",
                data,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ],
            check=False,
            **home.options(log),
        )
        if made.returncode:
            raise _refused("PostgreSQL", home.log)
        told = {**POSTGRES_SETTINGS, **settings, "port": port}.items()
        options = [f"--{name}={value}" for name, value in told]
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [reached / "bin" / "postgres", "-D", data, *options], **home.options(log)
        )
    url = f"postgresql://postgres@{LOOPBACK}:{port}/postgres"
    server = OwnServer(url, home.folder, process, programs)
    return once_it_answers("PostgreSQL", server, _asks_postgres, home.log)


def start_redis(run: Path, name: str) -> OwnServer:
    """Start a Redis, or a Valkey, in the folder of a run.

    Raises:
        LaneUnavailable: the program is not here, or refuses; says which.
    """
    (program, programs), home = redis_program(), Folder(run, name)
    reached, port = home.reached(programs, [program]), free_port()
    told = {**REDIS_SETTINGS, "port": str(port), "dir": str(home.folder)}.items()
    options = [word for name, value in told for word in (f"--{name}", value)]
    with home.log.open("wb") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [reached / program, *options], **home.options(log)
        )
    url = f"redis://{LOOPBACK}:{port}/0"
    server = OwnServer(url, home.folder, process, programs)
    return once_it_answers("Redis", server, _asks_redis, home.log)


def end_cluster(folder: Path) -> None:
    """End the server of a folder, or what is making it, without a kill if possible.

    A PostgreSQL that is killed leaves a segment of shared memory, which outlives it.
    What `initdb` feeds ends by itself once `initdb` is gone, and need not have written
    its number yet; so this waits for every process of the folder, not for one number.
    """
    deadline = time.monotonic() + ENDS_WITHIN
    while time.monotonic() < deadline and (there := processes_of(folder)):
        server = _server_of(folder)
        for process in there:
            with suppress(psutil.Error):
                if process.name() == "initdb":
                    process.kill()
                elif process.pid == server:
                    process.send_signal(signal.SIGQUIT)
                elif process.name() in TOLD_TO_END:
                    process.terminate()
        psutil.wait_procs(there, timeout=0.1)


class Folder:
    """A server's folder in that of a run, given to who will run the server."""

    def __init__(self, run: Path, name: str) -> None:
        self.folder = run / SERVERS / name
        self.log = self.folder / "log"
        self.folder.mkdir(parents=True)
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = _unprivileged()
            # To reach its own folder, that user must be let through the run's.
            for above in (run, run / SERVERS):
                above.chmod(0o711)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def options(self, log: Any) -> dict[str, Any]:
        """Return how a program is started here."""
        return {
            "cwd": self.folder,
            "env": {
                "PATH": os.defpath,
                "LC_ALL": "C",
                "TMPDIR": str(self.folder),
            },
            "stdin": subprocess.DEVNULL,
            "stdout": log,
            "stderr": subprocess.STDOUT,
            "start_new_session": True,
            **self._user,
        }

    def reached(self, programs: Programs, needed: Iterable[str]) -> Path:
        """Return where the user finds them: in a copy, if only root reaches them."""
        if not self._user or _anybody_reaches(programs.folder):
            return programs.folder
        site = programs.site or programs.folder
        within = programs.folder.relative_to(site)
        libraries = f"{within.parts[0]}.libs" if within.parts else ""
        for name in (*(str(within / one) for one in needed), libraries):
            source, target = site / name, self.folder / "programs" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_file():
                shutil.copy(source, target)
            elif name and source.is_dir():
                shutil.copytree(source, target, symlinks=True)
        return self.folder / "programs" / within


def _unprivileged() -> pwd.struct_passwd:
    known = {user.pw_name: user for user in pwd.getpwall()}
    users = [known[name] for name in UNPRIVILEGED if name in known]
    if not users:
        raise LaneUnavailable("a server refuses root, and there is no other user")
    return users[0]


def _anybody_reaches(folder: Path) -> bool:
    above = (folder, *folder.parents)
    return all(one.stat().st_mode & stat.S_IXOTH for one in above)


def _server_of(folder: Path) -> int | None:
    """Return the server's number; one that `initdb` feeds writes it below zero."""
    with suppress(OSError, ValueError, IndexError):
        return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    return None


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def once_it_answers(
    name: str, server: OwnServer, ask: Callable[[str], None], log: Path
) -> OwnServer:
    """Return the server once it lets somebody in.

    Raises:
        LaneUnavailable: it has ended, or takes too long; says what it said.
    """
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and server.process.poll() is None:
        with suppress(psycopg.Error, redis.RedisError):
            ask(server.url)
            return server
        time.sleep(0.02)
    server.end()
    raise _refused(name, log)


def _asks_postgres(url: str) -> None:
    psycopg.connect(url, connect_timeout=3).close()


def _asks_redis(url: str) -> None:
    with redis.from_url(url, socket_connect_timeout=3) as server:
        server.ping()


def _refused(name: str, log: Path) -> LaneUnavailable:
    lines = log.read_text("utf-8", "replace").splitlines()
    said = [line for line in lines if "FATAL" in line or "error" in line]
    reason = (said or lines[-1:] or ["it said nothing"])[0]
    return LaneUnavailable(f"a {name} of the run's own did not start: {reason}")
