"""A Celery task: queued by one process, run by a real worker in others.

    child ──fork──▶ worker ──▶ pool process, or thread
      └─ the web process: evaluates data-call, and waits until every task has ended

The worker is ended cold: the outcome is in by then, and a warm end takes seconds.
"""

import functools
import importlib
import json
import logging
import os
import signal
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any, NoReturn

import celery
from celery import Celery, signals
from celery.exceptions import SecurityWarning
from celery.worker import request as requests
from celery.worker import state, strategy
from kombu.transport import filesystem

from config.celery import app
from proof.places import Block

CONCURRENCY = {"prefork": 1, "threads": 2, "solo": 1, "gevent": 2}
"""Tasks that a worker runs at a time. One process, so that two tasks always meet."""
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
    return len(block.witness.notes("sent")) - len(block.witness.notes("done with"))


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
        # What `celery worker` does first of all, before anything else is imported.
        celery.maybe_patch_concurrency(["celery", f"--pool={block.under}"])
        block.witness.enter("worker")
        # It warns of the user who runs the guide, not of the block.
        warnings.simplefilter("ignore", SecurityWarning)
        _witness(block)
        app.conf.imports = (block.name,)
        sys.path.insert(0, str(block.file.parent))
        app.worker_main(
            ["--quiet", "worker", f"--pool={block.under}", *OPTIONS,
             f"--concurrency={CONCURRENCY[block.under]}", "--loglevel=WARNING"],
        )  # fmt: skip
    finally:
        sys.stderr.flush()
        os._exit(1)


def _witness(block: Block) -> None:
    """Note what a worker's processes do."""
    witness = block.witness

    pools: list[Any] = []

    def pool_threads() -> set[threading.Thread]:
        executors = [getattr(pool, "executor", None) for pool in pools]
        return {thread for one in executors if one for thread in one._threads}

    def began(**kwargs: Any) -> None:
        witness.at_work()
        if not witness.watches:
            witness.begins()

    def failed(exception: BaseException, **kwargs: Any) -> None:
        witness.raised(exception)

    def retried(**kwargs: Any) -> None:
        # What Celery keeps of the failed attempt keeps its bridge's thread; the
        # connection on which it was queued anew is kept for good.
        witness.accept_threads(threading.enumerate())
        witness.accept_descriptors()

    def ended(**kwargs: Any) -> None:
        sys.stdout.flush()
        witness.accept_threads(pool_threads())
        witness.ended()

    def after_the_others(**kwargs: Any) -> None:
        # Celery's Django fixup closes connections in the same signals; it is first.
        signals.task_prerun.connect(began, weak=False)
        signals.task_failure.connect(failed, weak=False)
        signals.task_retry.connect(retried, weak=False)
        signals.task_postrun.connect(ended, weak=False)

    def done(request: Any, successful: bool = False, **kwargs: Any) -> None:
        # The last that a worker does with a task: it is acknowledged, and what it
        # returned is gone.
        task_ready(request, successful=successful, **kwargs)
        witness.note("done with")

    task_ready = state.task_ready
    setattr(requests, "task_ready", done)
    setattr(
        strategy,
        "create_request_cls",
        functools.partial(requests.create_request_cls, task_ready=done),
    )
    signals.worker_init.connect(after_the_others, weak=False)

    def process_begins(**kwargs: Any) -> None:
        witness.enter("worker")
        logging.captureWarnings(False)  # Celery has them logged; they are noted.

    def is_ready(sender: Any, **kwargs: Any) -> None:
        logging.captureWarnings(False)
        pools.append(sender.pool)
        witness.note("ready")

    signals.worker_process_init.connect(process_begins, weak=False)
    signals.worker_ready.connect(is_ready, weak=False)
