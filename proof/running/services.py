"""What a run starts beside its lanes: the project's services, and the clean-up."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import IO

from proof.errors import ServerDied
from proof.project import PROJECT, Service
from proof.running.remote import end

PACKAGE = str(Path(__file__).resolve().parents[2])
"""Where this package is found, by the processes of a run too."""


def environment(folder: Path) -> dict[str, str]:
    """Return what the processes of a run find in their environment."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")}
    return kept | {
        "PYTHONPATH": _path(),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(folder),
        **PROJECT.variables(folder),
    }


def _path() -> str:
    """Return where the processes of a run find this package and the project's."""
    found = [PACKAGE, *PROJECT.sources, os.environ.get("PYTHONPATH")]
    return os.pathsep.join(map(str, filter(None, found)))


@contextmanager
def clean_up_after(folder: Path) -> Iterator[IO[str]]:
    """Start who cleans up after the run, and yield where it is told of servers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "proof.running.clean_up", str(folder)],
        cwd=PROJECT.root,
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin
    try:
        yield process.stdin
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        end(process, 60)


@contextmanager
def started(service: Service) -> Iterator[Callable[[], str]]:
    """Start a service of the project and yield what returns its address."""
    process = subprocess.Popen(
        [sys.executable, *service.run],
        cwd=PROJECT.source,
        env=os.environ | {"PYTHONPATH": _path()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin and process.stdout
    said, lock, told = process.stdout, Lock(), list[str]()

    def address() -> str:
        with lock:
            told.append(told[0] if told else said.readline().strip())
        if told[0]:
            return told[0]
        raise ServerDied(
            f"the service of {service.variable} did not start: "
            f"python {' '.join(service.run)}"
        )

    try:
        yield address
    finally:
        process.stdin.close()
        end(process)
