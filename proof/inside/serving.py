"""What each server does for its block, whichever server it is: it listens and notes."""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import SyncToAsync
from celery.signals import after_task_publish
from django.core import signals

from proof.places.place import Block
from proof.watching.leftovers import threads_of

Load = Callable[[], Any]
"""Returns the application, in the server's process."""


def begin(block: Block) -> None:
    """Listen in this process, which runs the block."""
    block.watcher.enter("server")
    block.watcher.at_work()
    note = block.watcher.note
    signals.request_started.connect(lambda **_: note("request"), weak=False)
    signals.got_request_exception.connect(
        lambda **_: raised(block, sys.exc_info()[1]), weak=False
    )
    # A process that queues a task keeps its connection to the broker for the next.
    after_task_publish.connect(
        lambda **_: block.watcher.accept_descriptors(), weak=False
    )


def raised(block: Block, error: BaseException | None) -> None:
    """Note the first exception of all, and not what comes of it further up."""
    if error is not None and not block.watcher.notes("raised"):
        block.watcher.raised(error)


def noted(
    block: Block, app: Any, first: Callable[[], None] = lambda: None
) -> Callable[..., Awaitable[None]]:
    """Note what an application raises, which the server only logs.

    `first` is called in the loop, before the first request of all.
    """
    calls = [first]

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        while calls:
            calls.pop()()
        try:
            await app(scope, receive, send)
        except Exception as error:
            raised(block, error)
            raise
        finally:
            block.watcher.note("done")

    return noted


def end(block: Block) -> None:
    """Note what is left open in this process, once the server has ended."""
    _accept_asgirefs_threads(block)
    block.watcher.ended()


def _accept_asgirefs_threads(block: Block) -> None:
    """Do not count the threads that asgiref keeps, for the process or for a request.

    When it lets go of those for a request depends on the version of Python.
    """
    executors = [
        SyncToAsync.single_thread_executor,
        *SyncToAsync.context_to_thread_executor.values(),
    ]
    for executor in executors:
        block.watcher.accept_threads(threads_of(executor))
