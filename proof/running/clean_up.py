"""Removes whatever a run leaves behind, also when the run itself was killed.

    run.py ──servers──▶ cleaner        the pipe's end is the run's end

A run that is killed cannot clean up after itself, so this is a process of its own,
started before anything else of a run. When its input ends, it ends every process that
still carries the run's mark, drops every database of the run and removes its folder.
"""

import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from proof.databases.processes import end_processes
from proof.databases.workspace import SERVERS
from proof.errors import LaneUnavailable
from proof.running.messages import InUse, read


def main(folder: Path, servers: IO[str]) -> None:
    """Wait for the end of the run, then clean up after it.

    `servers` are lines, each a message that says where the run makes databases.
    """
    told = [read(InUse, line) for line in servers]
    for server in (folder / SERVERS).glob("*"):
        from proof.databases.own_server import end_cluster

        end_cluster(server)
    end_processes(folder)
    for one in told:
        from proof.databases.server import Server
        from proof.lanes import LANES

        with suppress(LaneUnavailable):
            LANES[one.lane].on(Server(one.server), folder, one.mark).sweep()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdin)
