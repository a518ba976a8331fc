"""The case studies as they run for their users: a server, a worker, and a database.

Everything lies in one folder. The broker is a folder too, unless told otherwise.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from proof.project import PROJECT

CASES = PROJECT.root / "cases"
(SANDBOX,) = PROJECT.services
HOST = "127.0.0.1"
STARTS_WITHIN = 40.0
ENDS_WITHIN = 5.0
WORKER = ("worker", "--beat", "--concurrency=2", "--loglevel=ERROR", "--without-mingle")


class DidNotStart(RuntimeError):
    """A part of the project ended, or was not ready in time."""


class Demo:
    """The parts of the project, each a process and what it starts.

    Args:
        folder: where everything lies.
        port: where the server listens.
        sandbox: the URL of the server behind the SDKs.
        environment: what differs from the project's own settings.
    """

    def __init__(
        self, folder: Path, port: int, sandbox: str, **environment: str
    ) -> None:
        self.address = f"http://{HOST}:{port}/"
        self._port = port
        self._schedule = str(folder / "schedule")
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "queue").mkdir(exist_ok=True)
        self._environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
            "BROKER_FOLDER": str(folder / "queue"),
            "SANDBOX_URL": sandbox,
            "TMPDIR": str(folder),
            "DJANGO_SETTINGS_MODULE": PROJECT.settings,
            "PYTHONPATH": os.pathsep.join(map(str, PROJECT.sources)),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }

    def fill(self) -> None:
        """Make the database, with a user to sign in as."""
        command = [sys.executable, "manage.py", "fill"]
        subprocess.run(command, cwd=CASES, env=self._environment, check=True)

    def start(self, **environment: str) -> None:
        """Start the worker and the server, and wait until the server answers."""
        self.start_worker(**environment)
        self.start_server(**environment)

    def start_server(self, **environment: str) -> None:
        """Start the server and wait until it answers.

        Raises:
            DidNotStart: it ended, or did not answer in time.
        """
        bind = ["--host", HOST, "--port", str(self._port)]
        quiet = ["--log-level", "warning", "--lifespan", "off"]
        command = ["-m", "uvicorn", *bind, *quiet, "config.asgi:application"]
        self._start("server", command, DEBUG="1", **environment)
        self._wait_for_server()

    def start_worker(self, **environment: str) -> None:
        """Start the worker; it is ready a little later."""
        options = [*WORKER, f"--schedule={self._schedule}"]
        self._start("worker", ["-m", "celery", "-A", "config", *options], **environment)

    def stop(self, *names: str, number: int = signal.SIGTERM) -> None:
        """End parts with all that they started, by default every one."""
        chosen = [self._parts.pop(name) for name in names or list(self._parts)]
        for part in chosen:
            part.send_signal(number)
        for part in chosen:
            with suppress(subprocess.TimeoutExpired):
                part.wait(ENDS_WITHIN)
            with suppress(ProcessLookupError):
                os.killpg(part.pid, signal.SIGKILL)
            part.wait()

    def ended(self) -> list[str]:
        """Return the parts that have ended by themselves."""
        return [name for name, part in self._parts.items() if part.poll() is not None]

    def pid(self, name: str) -> int:
        """Return the process of a part."""
        return self._parts[name].pid

    def _start(self, name: str, arguments: list[str], **environment: str) -> None:
        self._parts[name] = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=CASES,
            env=self._environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _wait_for_server(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and "server" not in self.ended():
            with socket.socket() as probe:
                if probe.connect_ex((HOST, self._port)) == 0:
                    return
            time.sleep(0.05)
        raise DidNotStart(f"no server answers at {self.address}")
