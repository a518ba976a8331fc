"""The folder of one run, locked for as long as the run lives."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage

PREFIX = "proof-"
LOCK = "run.lock"
SERVERS = "servers"
"""Where in the folder the servers of the run's own lie, if it has any."""
MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: a commit there does not wait for a disk."""
ROOM = 2 << 30
"""Bytes that must be free there; a container may have 64 MiB."""


@contextmanager
def workspace() -> Iterator[Path]:
    """Make a folder for a run and remove it at the end.

    It lies where `TMPDIR` says; without that, in memory if there is room.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_places()[0]))
    try:
        with _locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def left_behind() -> Iterator[Path]:
    """Yield the folders of runs that are no longer alive.

    A folder without a lock file is not a run's, whatever its name.
    """
    for folder in sorted(f for p in _places() for f in p.glob(f"{PREFIX}*")):
        lock = folder / LOCK
        if folder.is_symlink() or not lock.is_file():
            continue
        try:
            free = _is_free(lock)
        except OSError:  # It ended just now, or it is another user's.
            continue
        if free:
            yield folder


def _places() -> tuple[Path, ...]:
    """Return where folders of runs may be, the one for a new run first."""
    usual = Path(tempfile.gettempdir())
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return (usual,)
    return (MEMORY, usual) if _has_room(MEMORY) else (usual, MEMORY)


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK) and disk_usage(folder).free >= ROOM


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    # Locked before it has its name, so that nobody finds it free.
    beside = folder / f"{LOCK}.new"
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        beside.rename(folder / LOCK)
        yield
    finally:
        os.close(descriptor)


def _is_free(lock: Path) -> bool:
    descriptor = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
