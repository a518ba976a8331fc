"""How a task gets from the web process to a real worker, and is waited for.

    child ──fork──▶ worker ──▶ pool process, or thread
      │      └─ under gevent an interpreter of its own, as gevent must come first
      └─ the web process: evaluates data-call, and waits until every task is done with

The worker is ended cold: the outcome is in by then, and a warm end takes seconds.
"""

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery import Celery, signals
from celery.utils.imports import load_extension_class_names
from django.utils.module_loading import import_string
from kombu.transport import filesystem

from proof.inside.worker import work
from proof.places.place import Block
from proof.project import PROJECT
from proof.watching.processor import kept_waiting
from proof.watching.recorder import FileRecorder

STARTS_WITHIN = 20.0
"""Seconds that a worker may take to be ready."""

app: Celery = import_string(PROJECT.celery)
# Each worker and each web process would do this by itself: look through all packages
# for result backends, import the tasks of all apps, and bind them.
load_extension_class_names("celery.result_backends")
app.finalize()


class NoWorker(RuntimeError):
    """The worker ended, or was not ready in time."""


def run(block: Block) -> None:
    """Start a worker, and queue what the call queues."""
    queue(block, lambda: eval(block.call or "None", vars(_module(block))))


def queue(block: Block, act: Callable[[], object]) -> None:
    """Start a worker, let `act` queue tasks, wait until all of them are done with.

    Raises:
        NoWorker: the worker ended, or was not ready in time.
        Exception: what `act` raised.
    """
    configure(app, block)
    _note_what_is_sent(block)
    worker = _started(block)
    try:
        _wait_for(block, worker, lambda: bool(block.watcher.notes("ready")))
        block.watcher.enter("web process")
        act()
        _wait_for(block, worker, lambda: not _under_way(block))
        block.watcher.accept_descriptors()
        _lives(worker)
    except NoWorker:
        if not block.watcher.notes("raised"):  # Else the worker itself said why.
            raise
    finally:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)


def configure(app: Celery, block: Block) -> None:
    """Let the application talk to the broker of this run."""
    folder = block.file.parent.parent / "queue"
    folder.mkdir(exist_ok=True)
    app.conf.worker_redirect_stdouts = False
    if block.broker:
        app.conf.broker_url = block.broker
        app.conf.broker_transport_options = {"global_keyprefix": block.prefix}
        return
    app.conf.broker_url = "filesystem://"
    app.conf.broker_transport_options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder),
        "polling_interval": 0.02,
    }
    filesystem.Channel._put = _put


def _put(channel: Any, queue: str, payload: Any, **kwargs: Any) -> None:
    """Write a message beside its place: Kombu lists it before it is whole."""
    name = f"{time.monotonic_ns()}_{os.getpid()}.{queue}.msg"
    folder = Path(channel.data_folder_out)
    beside = folder / f"{name}.new"
    beside.write_text(json.dumps(payload), "utf-8")
    beside.replace(folder / name)


def _note_what_is_sent(block: Block) -> None:
    def sent(headers: dict[str, Any], **kwargs: Any) -> None:
        block.watcher.note("sent", id=headers["id"])

    signals.after_task_publish.connect(sent, weak=False)


def _started(block: Block) -> int:
    """Start the worker and return its process id."""
    if block.under == "gevent":
        told = json.dumps(
            [block.id, str(block.file), block.broker, block.prefix, block.watcher.quiet]
        )
        command = [sys.executable, "-m", "proof.inside.gevent_worker", told]
        return os.spawnv(os.P_NOWAIT, sys.executable, command)
    pid = os.fork()
    if pid == 0:
        work(app, block)
    return pid


def notes_of_worker(block_file: Path) -> Path:
    """Return where a worker that shares no memory writes its notes."""
    return block_file.parent.parent / "notes"


def _under_way(block: Block) -> int:
    """Return how many times a task was sent and is not done with."""
    return len(block.watcher.notes("sent")) - len(block.watcher.notes("done with"))


def _wait_for(block: Block, worker: int, true: Callable[[], bool]) -> None:
    notes = FileRecorder(notes_of_worker(block.file))
    begun = time.monotonic()
    while not true():
        block.watcher.take(notes)
        _lives(worker)
        if not block.watcher.notes("ready") and _is_late(worker, begun):
            raise NoWorker(f"no worker after {STARTS_WITHIN:.0f} s: {_last_words()}")
        time.sleep(0.005)


def _is_late(worker: int, begun: float) -> bool:
    taken = time.monotonic() - begun
    return taken > STARTS_WITHIN and taken - kept_waiting(worker) > STARTS_WITHIN


def _lives(worker: int) -> None:
    if os.waitid(os.P_PID, worker, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        raise NoWorker(f"the worker ended: {_last_words()}")


def _last_words() -> str:
    lines = Path("errors").read_text("utf-8", "replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it said nothing")


def _module(block: Block) -> Any:
    sys.path.insert(0, str(block.file.parent))
    return importlib.import_module(block.name)
