"""Where a piece of work begins and ends: a request of Django's, a task of Celery's."""

import functools
import sys
from collections.abc import Callable
from typing import Any

from django.core.handlers.base import BaseHandler

from django_async_lint.watching.seen import CURRENT, Work, within

Done = Callable[[Work], None]
HEARD: set[str] = set()


def listen_to_requests(done: Done) -> None:
    """Take each request as a piece of work, and tell when it has its response."""
    get, aget = BaseHandler.get_response, BaseHandler.get_response_async

    @functools.wraps(get)
    def answered(self: BaseHandler, request: Any) -> Any:
        with within(Work(_title(request))) as work:
            try:
                return get(self, request)
            finally:
                done(work)

    @functools.wraps(aget)
    async def aanswered(self: BaseHandler, request: Any) -> Any:
        with within(Work(_title(request))) as work:
            try:
                return await aget(self, request)
            finally:
                done(work)

    BaseHandler.get_response = answered  # type: ignore[method-assign]
    BaseHandler.get_response_async = aanswered  # type: ignore[method-assign]


def listen_to_tasks(done: Done) -> None:
    """Take each task of Celery's as a piece of work.

    Without Celery there is none; what is not imported yet may be later.
    """
    signals: Any = sys.modules.get("celery.signals")
    if signals is None or "celery" in HEARD:
        return
    HEARD.add("celery")

    def began(task: Any, **more: Any) -> None:
        CURRENT.set(Work(f"task {task.name}"))

    def ended(task: Any, **more: Any) -> None:
        work = CURRENT.get()
        if work is not None:
            CURRENT.set(None)
            done(work)

    signals.task_prerun.connect(began, weak=False)
    signals.task_postrun.connect(ended, weak=False)


def _title(request: Any) -> str:
    return f"{request.method} {request.path}"
