"""Breaks a worker once: imported by it with `--include`, told by the environment.

`PIPELINE_FAULT` is an act, a function and the call before which it happens, such as
`kill-worker integrations.saving.save_files 8`; `PIPELINE_ONCE` a file that is made
when it has happened, so that the next process is left alone.
"""

import functools
import os
import signal
from collections.abc import Callable
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from django.db import connection


def kill_process() -> None:
    """Kill the pool process, as the kernel does for want of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def kill_worker() -> None:
    """Kill the worker with its pool, as a power cut does."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def disconnect() -> None:
    """End the connection from PostgreSQL's side, as a restart of the server does."""
    import psycopg

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


ACTS: dict[str, Callable[[], None]] = {
    "kill-process": kill_process,
    "kill-worker": kill_worker,
    "disconnect": disconnect,
}


def install(told: str, once: Path) -> None:
    """Put the act before one call of the function."""
    act, function, number = told.split()
    module, _, name = function.rpartition(".")
    there = import_module(module)
    whole, calls = getattr(there, name), count(1)

    @functools.wraps(whole)
    def broken(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == int(number) and not once.exists():
            once.touch()
            ACTS[act]()
        return whole(*args, **kwargs)

    setattr(there, name, broken)


if "PIPELINE_FAULT" in os.environ:
    install(os.environ["PIPELINE_FAULT"], Path(os.environ["PIPELINE_ONCE"]))
