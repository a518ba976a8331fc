"""The site's own process, as long as pages are being written: `mkdocs serve`."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from proof.errors import ProofError
from proof.project import PROJECT, ROOT

HOST = "127.0.0.1"
WATCHED = (
    "guide/theme",
    "guide/data",
    "evidence",
    "examples/bridge",
    "examples/broker",
    "cases/apps/codehost",
)
"""Folders beside docs/ from which pages are made."""
STARTS_WITHIN = 60.0
TOLD = ("WARNING", "ERROR", "Error", "Config value")


class PortTaken(ProofError, OSError):
    """Something else answers on the port that was asked for."""


def free_port(wanted: int | None) -> int:
    """Return the port that is asked for; without one 8000, or any that is free.

    Raises:
        PortTaken: the port that is asked for is not free.
    """
    for port in (wanted or 8000, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if wanted:
                    raise PortTaken(
                        f"port {wanted} of {HOST} is not free: {error.strerror}\n"
                        "    Leave --port out to get one that is."
                    ) from error
            else:
                return int(probe.getsockname()[1])
    raise PortTaken(f"no port of {HOST} is free")


class Site:
    """Builds and serves the pages, again after each change of what they are made of."""

    def __init__(self, port: int, evidence: Path) -> None:
        self.address = f"http://{HOST}:{port}/"
        self.port = port
        self._evidence = evidence
        self._process: subprocess.Popen[str] | None = None
        self._built: tempfile.TemporaryDirectory[str] | None = None

    @property
    def is_up(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> bool:
        """Start the process and wait until it answers; false if it ends instead."""
        self._evidence.mkdir(parents=True, exist_ok=True)
        self._built = tempfile.TemporaryDirectory(prefix="site-")
        self._process = subprocess.Popen(
            self._command(),
            cwd=ROOT,
            env=self._environment() | {"TMPDIR": self._built.name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._tell, args=[self._process], daemon=True).start()
        deadline = time.monotonic() + STARTS_WITHIN
        while self.is_up and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(0.05)
        self.stop()
        return False

    def stop(self) -> None:
        """End the process and remove what it built."""
        if self._process is None or self._built is None:
            return
        # Not SIGINT: what a shell has started in the background ignores it.
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._built.cleanup()

    def _command(self) -> list[str]:
        watched = [ROOT / name for name in WATCHED]
        folders = [self._evidence, *(one for one in watched if one.is_dir())]
        watch = [part for one in folders for part in ("--watch", str(one))]
        # The flag is MkDocs' default, but not with every version of click.
        address = ["--dev-addr", f"{HOST}:{self.port}", "--livereload"]
        return [sys.executable, "-m", "mkdocs", "serve", *address, *watch]

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "PROOF_SERVE": "1",
            "PROOF_EVIDENCE": f"{PROJECT.evidence}{os.pathsep}{self._evidence}",
            "NO_MKDOCS_2_WARNING": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def _tell(self, process: "subprocess.Popen[str]") -> None:
        """Pass on what a writer needs of what the builder says."""
        assert process.stderr
        for line in process.stderr:
            if line.startswith(TOLD) and "will appear stuck" not in line:
                print(line.rstrip(), flush=True)
