"""Who calls a service: plain code, a command, a task or a view."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from proof.places.place import Block


def run(block: Block) -> None:
    """Let the caller that the block runs under import it and evaluate its call."""
    sys.path.insert(0, str(block.file.parent))
    CALLERS[block.under](block)


def _call(block: Block) -> Any:
    return eval(block.call or "None", vars(importlib.import_module(block.name)))


def _from_command(block: Block) -> None:
    from django.core.management import call_command
    from django.core.management.base import BaseCommand

    class Command(BaseCommand):
        def handle(self, *args: Any, **options: Any) -> None:
            _call(block)

    call_command(Command())


def _from_task(block: Block) -> None:
    from proof.inside import queue

    @queue.app.task(name=f"caller of {block.name}")  # type: ignore[untyped-decorator]
    def caller() -> None:
        _call(block)

    queue.queue(replace(block, under="prefork"), caller.delay)


def _from_view(block: Block) -> None:
    """Call it in a sync view, under an ASGI server."""
    import types

    import httpx
    from django.conf import settings
    from django.core.asgi import get_asgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    from proof.inside.server import served

    def view(request: HttpRequest) -> HttpResponse:
        _call(block)
        return HttpResponse("called")

    def load() -> Any:
        urls = types.ModuleType(f"urls_of_{block.name}")
        setattr(urls, "urlpatterns", [path("", view)])  # noqa: B010
        settings.ROOT_URLCONF = urls
        return get_asgi_application()

    block.watcher.enter("client")
    served_by = replace(block, under="uvicorn")
    with served(served_by, load) as server:
        host, port = server.address
        httpx.get(f"http://{host}:{port}/", timeout=None, verify=False)


CALLERS: dict[str, Callable[[Block], Any]] = {
    "code": _call,
    "command": _from_command,
    "task": _from_task,
    "view": _from_view,
}
