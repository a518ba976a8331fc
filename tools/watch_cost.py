"""What the watch costs a request that makes ten queries: `python -m tools.watch_cost`.

Each number is the processor's time of a request without a server, a client and a
network: what is measured is Django alone, so that the share of the watch is the largest
that it can be. Requests with and without it take turns in one process, so that whatever
else the machine does slows both.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from proof.project import ROOT

REQUESTS, QUERIES = 100, 10
MOST = 0.10
"""The share of a request that the watch may cost."""


class Switch:
    """Takes what the watch has patched away, and puts it back."""

    def __init__(self, owner: Any, name: str) -> None:
        self._owner, self._name = owner, name
        self._on = getattr(owner, name)

    def turn(self, on: bool) -> None:
        """Let Django be as it is with the watch, or as it is without."""
        setattr(self._owner, self._name, self._on if on else self._on.__wrapped__)


def main() -> int:
    """Measure, and print what a request takes with and without the watch."""
    os.environ["DJANGO_ASYNC_WATCH"] = os.devnull
    with tempfile.TemporaryDirectory() as folder:
        _set_up(Path(folder))
        taken = {"sync": _of_sync(), "async": asyncio.run(_of_async())}
    for name, (off, on) in taken.items():
        print(
            f"{name} view, {QUERIES} queries: {off * 1e6:.0f} µs without the watch, "
            f"{on * 1e6:.0f} µs with it: {on / off - 1:+.1%}"
        )
    return int(any(on / off - 1 > MOST for off, on in taken.values()))


def _set_up(folder: Path) -> None:
    import django
    from django.conf import settings

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "db"}
    settings.configure(
        DATABASES={"default": database},
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.contenttypes"],
        SECRET_KEY="of a bench",
        ALLOWED_HOSTS=["*"],
    )
    from django_async_lint.watching import start

    start(ROOT)
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _turns() -> Callable[[bool], None]:
    """Return what switches the watch on and off, for connections of this thread."""
    from asgiref.sync import SyncToAsync
    from django.core.handlers.base import BaseHandler
    from django.db import connection

    patched = [
        Switch(BaseHandler, "get_response"),
        Switch(BaseHandler, "get_response_async"),
        Switch(SyncToAsync, "__call__"),
    ]
    wrappers = list(connection.execute_wrappers)

    def turn(on: bool) -> None:
        connection.execute_wrappers[:] = wrappers if on else []
        for one in patched:
            one.turn(on)

    return turn


def _of_sync() -> tuple[float, float]:
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    handler, request = WSGIHandler(), RequestFactory().get("/sync/")
    handler.get_response(request)
    turn, taken = _turns(), _taken()
    for number in range(REQUESTS):
        turn(on := bool(number % 2))
        begun = time.process_time()
        handler.get_response(request)
        taken[on].append(time.process_time() - begun)
    turn(True)
    return median(taken[False]), median(taken[True])


async def _of_async() -> tuple[float, float]:
    from asgiref.sync import sync_to_async
    from django.core.handlers.asgi import ASGIHandler
    from django.test import AsyncRequestFactory

    handler, request = ASGIHandler(), AsyncRequestFactory().get("/async/")
    await handler.get_response_async(request)
    turn, taken = await sync_to_async(_turns)(), _taken()
    for number in range(REQUESTS):
        await sync_to_async(turn)(on := bool(number % 2))
        begun = time.process_time()
        await handler.get_response_async(request)
        taken[on].append(time.process_time() - begun)
    return median(taken[False]), median(taken[True])


def _taken() -> dict[bool, list[float]]:
    return {False: [], True: []}


def _query() -> Any:
    from django.contrib.contenttypes.models import ContentType

    return ContentType.objects.filter(app_label="contenttypes")


def view(request: Any) -> Any:
    """Make so many queries."""
    from django.http import HttpResponse

    return HttpResponse([str(_query().get(pk=1)) for _ in range(QUERIES)])


async def aview(request: Any) -> Any:
    """Make as many in a coroutine."""
    from django.http import HttpResponse

    return HttpResponse([str(await _query().aget(pk=1)) for _ in range(QUERIES)])


def __getattr__(name: str) -> Any:
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.urls import path

    return [path("sync/", view), path("async/", aview)]


if __name__ == "__main__":
    sys.exit(main())
