"""A PostgreSQL server of the run's own, which takes few connections.

The server that others use too must not be filled. This one is made from the programs
of a PostgreSQL that is installed here, and lives as long as the lane `full` runs.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from proof.errors import LaneUnavailable
from proof.janitor import processes_of
from proof.lanes import LOOPBACK, Postgres
from proof.workspace import FULL

CONNECTIONS = 10
"""How many the server takes, those of the run itself among them."""
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": CONNECTIONS,
    "superuser_reserved_connections": 0,
    "max_wal_senders": 0,
    "fsync": "off",
}
INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
)
"""Where packages put the server's programs, if not on the path."""
UNPRIVILEGED = ("postgres", "nobody")
"""Who runs the server where this process is root's, which PostgreSQL refuses."""
STARTS_WITHIN = 30.0
ENDS_WITHIN = 10.0


@dataclass
class Full(Postgres):
    """PostgreSQL with few connections, which one example may use up."""

    name: str = "full"
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    def waits_for_lock(self, url: str) -> bool:
        """Return false: a server that takes no more connections cannot be asked."""
        return False

    def close(self) -> None:
        """Remove the template and end the server."""
        super().close()
        if self.folder is not None and self.process is not None:
            end_cluster(self.folder)
            self.process.kill()
            self.process.wait()


def start_full(mark: str, run: Path) -> Full:
    """Start the server in the folder of a run and return its lane.

    Raises:
        LaneUnavailable: the programs are not here, or refuse; says which.
    """
    here, folder, port = programs(), run / FULL, _free_port()
    folder.mkdir()
    owner, data, log = _owner(run, folder), folder / "data", folder / "log"
    common: dict[str, Any] = {
        "cwd": folder,
        "env": {"PATH": os.defpath, "LC_ALL": "C", "TMPDIR": str(folder)},
        "stdin": subprocess.DEVNULL,
        "stdout": log.open("wb"),
        "stderr": subprocess.STDOUT,
        "start_new_session": True,
        **owner,
    }
    with common["stdout"]:
        made = subprocess.run(
            [here / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust",
             "--encoding=UTF8", "--no-locale", "--no-sync"],
            check=False, **common,
        )  # fmt: skip
        if made.returncode:
            raise _refused(log)
        settings = (SETTINGS | {"port": port}).items()
        options = [f"--{name}={value}" for name, value in settings]
        process = subprocess.Popen([here / "postgres", "-D", data, *options], **common)
    url = f"postgresql://postgres@{LOOPBACK}:{port}/postgres"
    lane = Full(url, mark, folder=folder, process=process)
    if not _answers(url, process):
        lane.close()
        raise _refused(log)
    return lane


def end_cluster(folder: Path) -> None:
    """End the server of a folder, or what is making it, without a kill if possible.

    One that is killed leaves a segment of shared memory, which outlives it. What
    `initdb` feeds ends by itself once `initdb` is gone, and need not have written its
    number yet; so this waits for every process of the folder, not for one number.
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
        psutil.wait_procs(there, timeout=0.1)


def programs() -> Path:
    """Return the folder of the newest PostgreSQL's programs."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    root = Path("/")
    folders = [
        f for p in INSTALLED for f in root.glob(p[1:]) if (f / "initdb").is_file()
    ]
    if not folders:
        raise LaneUnavailable("PostgreSQL's program initdb is not installed here")
    return max(folders, key=_version_of)


def _server_of(folder: Path) -> int | None:
    """Return the server's number; one that `initdb` feeds writes it below zero."""
    with suppress(OSError, ValueError, IndexError):
        return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    return None


def _version_of(folder: Path) -> float:
    with suppress(ValueError):
        return float(folder.parent.name.rpartition("-")[2].rpartition("@")[2])
    return 0.0


def _owner(run: Path, folder: Path) -> dict[str, Any]:
    """Give the server's folder to who will run it, and return who that is."""
    if os.geteuid() != 0:
        return {}
    known = {user.pw_name: user for user in pwd.getpwall()}
    users = [known[name] for name in UNPRIVILEGED if name in known]
    if not users:
        raise LaneUnavailable("PostgreSQL refuses root, and there is no other user")
    # To reach its own folder, that user must be let through the run's.
    run.chmod(0o711)
    os.chown(folder, users[0].pw_uid, users[0].pw_gid)
    return {"user": users[0].pw_uid, "group": users[0].pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server lets somebody in; false if it ends, or takes too long."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(psycopg.Error):
            psycopg.connect(url, connect_timeout=3).close()
            return True
        time.sleep(0.02)
    return False


def _refused(log: Path) -> LaneUnavailable:
    lines = log.read_text("utf-8", "replace").splitlines()
    said = [line for line in lines if "FATAL" in line or "error" in line]
    reason = (said or lines[-1:] or ["it said nothing"])[0]
    return LaneUnavailable(f"a PostgreSQL of the run's own did not start: {reason}")
