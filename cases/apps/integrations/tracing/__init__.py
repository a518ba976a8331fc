"""What reached each stage of a sync: noted by the worker, read by `trace_sync`.

A worker that is started with `SYNC_TRACE=FILE` writes a line of JSON there for each
task that begins, and one for each that ends, with what it did in between:

    queue      who queued it, and whether in an open transaction
    worker     whether a module has changed on the disk since the worker began
    host       each answer of the code host, with its number of items
    steps      each function called, begun, ended or left by an exception
    database   each statement on the tables, each commit and rollback

The code of the sync is watched from outside. It need not know.
"""

from pathlib import Path

from integrations.tracing import database, host, worker


def install(path: Path) -> None:
    """Watch every task of this process, and of those that it forks."""
    host.install()
    database.install()
    worker.install(path)
