"""Python started many times over, forked from an interpreter that knows the libraries.

A process of the project imports for a second before it does anything. What needs no
settings is imported once here; the rest each process does itself, as it would anyhow.
"""

import multiprocessing
import os
import runpy
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from proof.running.prctl import end_with_parent

PRELOADED = (
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.backends.base",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.contrib.django.task",
    "celery.fixups.django",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "django.contrib.admin.sites",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.test.client",
    "django_htmx.middleware",
    "httpx",
    "kombu.transport.filesystem",
    "kombu.transport.redis",
    "codehost.server.app",
    __name__,
)

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(list(PRELOADED))


_one_reads = threading.Lock()


class Process(ForkServerProcess):
    """A process that any thread may start, and any other wait for.

    The start of one asks each other whether it has ended. Two threads that both ask
    when it has read its exit code twice, and one gets 255: so one asks at a time.
    """

    def start(self) -> None:
        """Start it."""
        with _one_reads:
            super().start()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, at most so many seconds."""
        wait([self.sentinel], timeout)
        with _one_reads:
            super().join(0)

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        with _one_reads:
            return super().is_alive()

    @property
    def exitcode(self) -> int | None:
        """Its exit code, None as long as it runs, less than 0 for a signal."""
        with _one_reads:
            return super().exitcode


@dataclass(frozen=True)
class Invocation:
    """What an interpreter is told: its arguments, and where it runs."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    output: Path
    errors: Path
    session: bool = False
    """Whether it leads a session of its own, which can be killed as one."""

    def start(self) -> Process:
        """Start it; output and errors are added to their files.

        It is killed when the process that started it ends, however that ends.
        """
        process = Process(target=_run, args=[self])
        process.start()
        return process


def _run(told: Invocation) -> None:
    """Be `python ARGUMENTS`."""
    # The server that forked this ends once nobody holds a pipe to it any more: when the
    # process ends for which it forks. And what it forked ends with it.
    os.closerange(3, 1024)
    end_with_parent()
    if told.session:
        os.setsid()
    os.environ.clear()
    os.environ.update(told.environment)
    os.chdir(told.folder)
    _redirect(0, Path(os.devnull), os.O_RDONLY)
    for number, path in ((1, told.output), (2, told.errors)):
        _redirect(number, path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    _look_for_modules(told)
    # The variable that asks for it is only read by an interpreter that begins.
    asked: Any = os.environ.get("PYTHONWARNINGS", "default")
    warnings.simplefilter(asked)
    first, *rest = told.arguments
    match first:
        case "-m":
            sys.argv = rest
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        case "-c":
            sys.argv = ["-c", *rest[1:]]
            exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
        case _:
            sys.argv = list(told.arguments)
            runpy.run_path(first, run_name="__main__")


def _redirect(number: int, path: Path, how: int) -> None:
    descriptor = os.open(path, how, 0o600)
    os.dup2(descriptor, number)
    os.close(descriptor)


def _look_for_modules(told: Invocation) -> None:
    paths = told.environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [str(told.folder), *filter(None, paths)]
