"""Which tasks are queued: Celery's, also in eager mode, and Django's."""

import functools
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

PATCHED: set[str] = set()
"""What is listened to already."""


class Hears(Protocol):
    """Who is told of tasks."""

    def queues(self, task: str, at_once: bool) -> AbstractContextManager[None]:
        """Stand around the call that queues a task.

        One that goes `at_once` is a message, or is run: no rollback takes it back. A
        queue that is a table of the same database is told of otherwise.
        """


def listen(hears: Hears) -> None:
    """Tell of each task that is queued from now on.

    What is not imported yet is not imported for it: call it again later.
    """
    celery = sys.modules.get("celery.app.task"), sys.modules.get("celery.app.base")
    if all(celery) and "celery" not in PATCHED:
        PATCHED.add("celery")
        _listen_to_celery(celery[0], celery[1], hears)
    django = sys.modules.get("django.tasks.base")
    if django is not None and "django" not in PATCHED:
        PATCHED.add("django")
        _listen_to_django(django, hears)


def _listen_to_celery(tasks: Any, apps: Any, hears: Hears) -> None:
    apply_async, send_task = tasks.Task.apply_async, apps.Celery.send_task
    sends = threading.local()

    @functools.wraps(apply_async)
    def applied(task: Any, *args: Any, **options: Any) -> Any:
        sends.already = True
        try:
            with hears.queues(task.name, at_once=True):
                return apply_async(task, *args, **options)
        finally:
            sends.already = False

    @functools.wraps(send_task)
    def sent(app: Any, name: str, *args: Any, **options: Any) -> Any:
        told = getattr(sends, "already", False)
        with nullcontext() if told else hears.queues(name, at_once=True):
            return send_task(app, name, *args, **options)

    tasks.Task.apply_async, apps.Celery.send_task = applied, sent


def _listen_to_django(tasks: Any, hears: Hears) -> None:
    kind = tasks.Task
    enqueue, aenqueue = kind.enqueue, kind.aenqueue

    @functools.wraps(enqueue)
    def queued(task: Any, *args: Any, **options: Any) -> Any:
        with hears.queues(task.module_path, _runs_at_once(task)):
            return enqueue(task, *args, **options)

    @functools.wraps(aenqueue)
    async def aqueued(task: Any, *args: Any, **options: Any) -> Any:
        with hears.queues(task.module_path, _runs_at_once(task)):
            return await aenqueue(task, *args, **options)

    kind.enqueue, kind.aenqueue = queued, aqueued


def _runs_at_once(task: Any) -> bool:
    return type(task.get_backend()).__name__ == "ImmediateBackend"
