"""A Celery task: queued by one process, run by a real worker in others.

    child ──fork──▶ worker ──▶ pool process, or thread
      └─ the web process: evaluates data-call, and waits until every task has ended

The worker is ended cold: the outcome is in by then, and a warm end takes seconds.
"""

import importlib
import json
import os
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any, NoReturn

from celery import Celery, signals
from celery.exceptions import SecurityWarning
from kombu.transport import filesystem

from config.celery import app
from proof.places import Block

CONCURRENCY = 2
"""Tasks that a worker runs at a time, where its pool can."""
STARTS_WITHIN = 20.0
"""Seconds that a worker may take to be ready."""
OPTIONS = ("--without-gossip", "--without-mingle", "--without-heartbeat")
"""What a worker that has no others to talk to leaves out."""


class NoWorker(RuntimeError):
    """The worker ended, or was not ready in time."""


def file(folder: Path, name: str) -> Path:
    """Return where the module of the tasks lies."""
    return folder / "tasks" / f"{name}.py"


def run(block: Block) -> None:
    """Start a worker, queue what the call queues, wait until all of it has ended."""
    _configure(app, block)
    _note_what_is_sent(block)
    worker = os.fork()
    if worker == 0:
        _work(block)
    try:
        _wait_for(block, worker, lambda: bool(block.witness.notes("ready")))
        block.witness.enter("web process")
        eval(block.call or "None", vars(_module(block)))
        _wait_for(block, worker, lambda: not _under_way(block))
        block.witness.accept_descriptors()
    finally:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)


def _configure(app: Celery, block: Block) -> None:
    folder = block.file.parent.parent / "queue"
    folder.mkdir()
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
        block.witness.note("sent", id=headers["id"])

    signals.after_task_publish.connect(sent, weak=False)


def _under_way(block: Block) -> int:
    """Return how many times a task was sent and has not ended."""
    return len(block.witness.notes("sent")) - len(block.witness.notes("task ended"))


def _wait_for(block: Block, worker: int, true: Any) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while not true():
        if os.waitid(os.P_PID, worker, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            raise NoWorker("the worker ended; its log is in the folder of the run")
        if not block.witness.notes("ready") and time.monotonic() > deadline:
            raise NoWorker(f"the worker was not ready after {STARTS_WITHIN:.0f} s")
        time.sleep(0.005)


def _module(block: Block) -> Any:
    sys.path.insert(0, str(block.file.parent))
    return importlib.import_module(block.name)


def _work(block: Block) -> NoReturn:
    """Be the worker: `celery -A config worker`."""
    try:
        block.witness.enter("worker")
        # It warns of the user who runs the guide, not of the block.
        warnings.simplefilter("ignore", SecurityWarning)
        _witness(block)
        app.conf.imports = (block.name,)
        sys.path.insert(0, str(block.file.parent))
        app.worker_main(
            ["--quiet", "worker", f"--pool={block.under}", *OPTIONS,
             f"--concurrency={CONCURRENCY}", "--loglevel=WARNING"],
        )  # fmt: skip
    finally:
        sys.stderr.flush()
        os._exit(1)


def _witness(block: Block) -> None:
    """Note what a worker's processes do."""
    witness = block.witness

    def began(**kwargs: Any) -> None:
        witness.at_work()
        if not witness.watches:
            witness.begins()

    def failed(exception: BaseException, **kwargs: Any) -> None:
        witness.raised(exception)

    def ended(**kwargs: Any) -> None:
        sys.stdout.flush()
        witness.ended()
        witness.note("task ended")

    def after_the_others(**kwargs: Any) -> None:
        # Celery's Django fixup closes connections in the same signals; it is first.
        signals.task_prerun.connect(began, weak=False)
        signals.task_failure.connect(failed, weak=False)
        signals.task_postrun.connect(ended, weak=False)

    signals.worker_init.connect(after_the_others, weak=False)
    signals.worker_process_init.connect(
        lambda **kwargs: witness.enter("worker"), weak=False
    )
    signals.worker_ready.connect(lambda **kwargs: witness.note("ready"), weak=False)
