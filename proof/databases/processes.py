"""The processes that belong to a run: they carry its folder, or stand in it."""

import os
from contextlib import suppress
from pathlib import Path

import psutil


def end_processes(folder: Path) -> None:
    """Kill every process of the run's folder, also those that begin meanwhile."""
    while found := processes_of(folder):
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=1)


def processes_of(folder: Path) -> list[psutil.Process]:
    """Return the processes that were started with a folder, or stand in it."""
    return [one for one in psutil.process_iter() if _belongs(one, folder)]


def _belongs(process: psutil.Process, folder: Path) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        paths = (process.environ().get("TMPDIR", ""), process.cwd())
        return process.status() != psutil.STATUS_ZOMBIE and any(
            Path(path).is_relative_to(folder) for path in paths
        )
    except (psutil.Error, OSError):  # It is gone, or another user's.
        return False
