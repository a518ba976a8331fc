"""The forked process in which one example runs, and what it notes about itself."""

import atexit
import contextlib
import gc
import os
import resource
import signal
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import NoReturn

from proof.places import PLACES
from proof.places.place import Block
from proof.running.messages import Task
from proof.running.prctl import end_with_parent
from proof.watching import warned
from proof.watching.errors_heard import is_success
from proof.watching.recorder import Recorder
from proof.watching.watcher import MAX_TEXT, Watcher

MAX_FILE = 512 << 20
"""Bytes that an example may write to one file, its standard output included."""
MAX_MEMORY = 4 << 30
"""Bytes of address space that an example may take."""


def enter(task: Task, recorder: Recorder, hangs: Recorder) -> NoReturn:
    """Run the example and end this process, whatever happens."""
    try:
        _become_alone(Path(task.folder))
        recorder.open()
        _run(task, recorder, hangs)
    except BaseException as error:
        text = "".join(traceback.format_exception(error))
        recorder.note("broken", last=True, text=text[-MAX_TEXT:])
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(BaseException):
                stream.flush()
        os._exit(0)


def _run(task: Task, recorder: Recorder, hangs: Recorder) -> None:
    order = task.order
    here = PLACES[order.place]
    file = here.file(Path(task.folder), _module_name(order.example))
    watcher = Watcher(recorder, hangs, str(file), order.quiet)
    block = Block(
        order.example,
        order.code,
        file,
        order.call,
        order.under,
        task.broker,
        task.prefix,
        watcher,
    )
    file.parent.mkdir(parents=True)
    file.write_text(block.code, "utf-8")
    _use_database(task.database_url, not here.sets_up_django)
    watcher.enter()
    recorder.note("began", last=True)
    watcher.begins()
    try:
        here.run(block)
    except BaseException as error:
        if is_success(error):
            recorder.note("returned", last=True)
        else:
            watcher.raised(_reason_of(error))
    else:
        recorder.note("returned", last=True)
    watcher.ended()
    # What Python warns of from here on is the end of what was just counted.
    warned.listen_no_more()
    _end_threads(watcher)
    watcher.has_ended()
    recorder.note("threads ended", last=True)


def _become_alone(folder: Path) -> None:
    end_with_parent()
    os.setsid()
    for target, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, str(folder / "output"), os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        (2, str(folder / "errors"), os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    ):
        os.dup2(os.open(path, flags, 0o600), target)
    # The parent's admin connection and pipes: an example must not reach them.
    os.closerange(3, 1024)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    # Line by line, as Python does it: a process that is killed has said it all.
    sys.stderr = open(2, "w", 1, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    # What it makes for a while goes with its folder, and not into the run's.
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    with contextlib.suppress(OSError, ValueError):  # Some systems do not limit it.
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _module_name(example: str) -> str:
    return example.replace("-", "_")


def _use_database(url: str, django_is_up: bool) -> None:
    os.environ["DATABASE_URL"] = url
    if not django_is_up:
        return
    import dj_database_url
    from django.db import connections

    there = dj_database_url.parse(url)
    for name in ("NAME", "HOST", "PORT"):
        connections["default"].settings_dict[name] = there[name]


def _reason_of(error: BaseException) -> BaseException:
    """Return the error that the command machinery turns into an exit status."""
    if isinstance(error, SystemExit) and error.__context__ is not None:
        return error.__context__
    return error


def _end_threads(watcher: Watcher) -> None:
    """Do what the interpreter does at its end: wait for threads, run exit functions."""
    for end in (threading._shutdown, atexit._run_exitfuncs):  # type: ignore[attr-defined]
        try:
            end()
        except BaseException as error:
            if not is_success(error):
                watcher.heard(f"at the interpreter's end: {error!r}")
    gc.collect()
