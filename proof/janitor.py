"""Removes whatever a run leaves behind, also when the run itself was killed.

    run.py ──servers──▶ janitor        the pipe's end is the run's end

Started before anything else of a run. When its input ends, it ends every process that
still carries the run's mark, drops every database of the run and removes its folder.
"""

import json
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from proof.errors import LaneUnavailable
from proof.workspace import SERVERS


def main(folder: Path, servers: IO[str]) -> None:
    """Wait for the end of the run, then clean up after it.

    `servers` are lines of JSON, each the URL of a database server and the mark of the
    run's databases there.
    """
    told = [json.loads(line) for line in servers]
    for server in (folder / SERVERS).glob("*"):
        from proof.own_server import end_cluster

        end_cluster(server)
    end_processes(folder)
    for url, mark in told:
        from proof.lanes import Postgres, Redis

        with suppress(LaneUnavailable):
            if url.startswith("redis"):
                Redis(folder, broker=url, mark=mark).sweep()
            else:
                Postgres(url, mark).sweep()
    shutil.rmtree(folder, ignore_errors=True)


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
        places = (process.environ().get("TMPDIR", ""), process.cwd())
        return process.status() != psutil.STATUS_ZOMBIE and any(
            Path(place).is_relative_to(folder) for place in places
        )
    except (psutil.Error, OSError):  # It is gone, or another user's.
        return False


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdin)
