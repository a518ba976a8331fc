"""The worker's side of the place task, and what it notes of each task."""

import functools
import logging
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Iterable
from typing import Any, NoReturn

from celery import Celery, signals
from celery.app import trace
from celery.exceptions import NotRegistered, SecurityWarning, WorkerLostError
from celery.worker import request as requests
from celery.worker import state, strategy

from proof.places.place import Block
from proof.watching.leftovers import threads_of
from proof.watching.watcher import Watcher

CONCURRENCY = {"prefork": 1, "threads": 2, "solo": 1, "gevent": 2}
"""Tasks that a worker runs at a time. One process, so that two tasks always meet."""
ENDS_A_PROCESS = ("SystemExit", "KeyboardInterrupt")
"""The types of what a task raises to end its process, and no failure to Celery."""
OPTIONS = ("--without-gossip", "--without-mingle", "--without-heartbeat")
"""What a worker that has no others to talk to leaves out."""


def work(app: Celery, block: Block) -> NoReturn:
    """Be the worker, as `celery -A config worker` is, until the process is killed."""
    try:
        block.watcher.enter("worker")
        # It warns of the user who runs the guide, not of the block.
        warnings.simplefilter("ignore", SecurityWarning)
        Watch(block.watcher).connect()
        app.conf.imports = (block.name,)
        sys.path.insert(0, str(block.file.parent))
        app.worker_main(
            [
                "--quiet",
                "worker",
                f"--pool={block.under}",
                *OPTIONS,
                f"--concurrency={CONCURRENCY[block.under]}",
                "--loglevel=WARNING",
            ],
        )
    except BaseException as error:
        block.watcher.raised(error)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(1)


class Watch:
    """Notes what the processes of a worker do, by Celery's own signals."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._pool: Any = None

    def connect(self) -> None:
        """Listen from now on, in this process and those that it forks."""
        signals.worker_init.connect(self._after_the_others)
        signals.worker_process_init.connect(self._process_begins)
        signals.worker_ready.connect(self._is_ready)
        signals.task_unknown.connect(self._unknown)
        self._connect_to_the_end()
        self._connect_to_rejections()

    def _after_the_others(self, **kwargs: Any) -> None:
        """Listen to tasks after Celery's Django fixup, which closes connections."""
        signals.task_prerun.connect(self._begins)
        signals.task_failure.connect(self._failed)
        signals.task_retry.connect(self._retried)
        signals.after_task_publish.connect(self._queued)
        signals.task_postrun.connect(self._ended)

    def _process_begins(self, **kwargs: Any) -> None:
        self._watcher.enter("worker")
        logging.captureWarnings(False)  # Celery has them logged; they are noted.

    def _is_ready(self, sender: Any, **kwargs: Any) -> None:
        logging.captureWarnings(False)
        self._pool = sender.pool
        self._watcher.note("ready")

    def _begins(self, **kwargs: Any) -> None:
        self._watcher.at_work()
        if not self._watcher.watches:
            self._watcher.begins()

    def _failed(self, exception: BaseException, **kwargs: Any) -> None:
        # A pool tells of the process that its task has left, too, and later: at times
        # when the run has ended. What the task raised is noted by then.
        if not (isinstance(exception, WorkerLostError) and self._has_exited()):
            self._watcher.raised(exception)

    def _has_exited(self) -> bool:
        raised = self._watcher.notes("raised")
        return bool(raised) and raised[-1]["type"] in ENDS_A_PROCESS

    def _unknown(self, name: str, **kwargs: Any) -> None:
        """Note a task that the worker has not got, and does nothing with."""
        self._watcher.raised(NotRegistered(name))
        self._watcher.note("done with")

    def _connect_to_rejections(self) -> None:
        """Hear of a task that raises `Reject`, which is no failure to Celery."""
        handle = trace.TraceInfo.handle_reject

        def handled(info: Any, task: Any, request: Any, **kwargs: Any) -> None:
            self._watcher.heard(f"{task.name} was rejected: {info.retval!r}")
            handle(info, task, request, **kwargs)

        trace.TraceInfo.handle_reject = handled

    def _retried(self, **kwargs: Any) -> None:
        # What Celery keeps of the failed attempt keeps its bridge's thread; the
        # connection on which it was queued anew is kept for good.
        self._watcher.accept_threads(threading.enumerate())
        self._watcher.accept_descriptors()

    def _queued(self, **kwargs: Any) -> None:
        # A task that queues another opens a connection that is kept for the next.
        self._watcher.accept_descriptors()

    def _ended(self, **kwargs: Any) -> None:
        sys.stdout.flush()
        # What ends the process is on its way by now, and no failure to Celery.
        if isinstance(error := sys.exc_info()[1], SystemExit | KeyboardInterrupt):
            self._watcher.raised(error)
        self._watcher.accept_threads(self._threads())
        self._watcher.ended()

    def _threads(self) -> Iterable[threading.Thread]:
        """Return the threads of the pool, or what stands for its greenlets."""
        executor = getattr(self._pool, "executor", None)
        if executor is not None:
            return threads_of(executor)
        every = threading.enumerate()
        return {one for one in every if isinstance(one, threading._DummyThread)}

    def _connect_to_the_end(self) -> None:
        """Note the last that a worker does with a task.

        It is acknowledged by then, and what it returned is gone.
        """
        task_ready = state.task_ready

        def done(request: Any, successful: bool = False, **kwargs: Any) -> None:
            task_ready(request, successful=successful, **kwargs)
            self._watcher.note("done with")

        requests.task_ready = done
        create = functools.partial(requests.create_request_cls, task_ready=done)
        strategy.create_request_cls = create
