"""What the watch costs a request that makes ten queries: `python -m tools.watch_cost`.

Each number is the time of a request without a server, a client and a network: what is
measured is Django alone, so that the share of the watch is the largest that it can be.
The processes with and without it take turns; each tells the median of its requests.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from proof.project import ROOT

ROUNDS, REQUESTS, QUERIES = 7, 300, 10
MOST = 0.10
"""The share of a request that the watch may cost."""


def main() -> int:
    """Measure, and print what a request takes with and without the watch."""
    if sys.argv[1:2] == ["--in-here"]:
        print(*_measured(sys.argv[2] == "on"))
        return 0
    taken: dict[str, list[list[float]]] = {"off": [], "on": []}
    for _ in range(ROUNDS):
        for how, rounds in taken.items():
            rounds.append(_elsewhere(how))
    worst = 0.0
    for number, name in enumerate(("sync", "async")):
        # The machine can only make a round slower.
        off, on = (min(r[number] for r in rounds) for rounds in taken.values())
        share = on / off - 1
        worst = max(worst, share)
        print(
            f"{name} view, {QUERIES} queries: {off * 1e6:.0f} µs without the watch, "
            f"{on * 1e6:.0f} µs with it: {share:+.1%}"
        )
    return int(worst > MOST)


def _elsewhere(how: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-m", "tools.watch_cost", "--in-here", how],
        cwd=ROOT,
        env=os.environ | {"DJANGO_ASYNC_WATCH": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(one) for one in done.stdout.split()]


def _measured(watches: bool) -> tuple[float, float]:
    """Return the seconds of a request to a sync view and to an async one."""
    import django
    from django.conf import settings

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    settings.configure(
        DATABASES={"default": database},
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.contenttypes"],
        SECRET_KEY="of a bench",
        ALLOWED_HOSTS=["*"],
    )
    if watches:
        from django_async_lint.watching import start

        start(ROOT)
    django.setup()
    from asgiref.sync import async_to_sync
    from django.core.handlers.asgi import ASGIHandler
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.management import call_command
    from django.test import AsyncRequestFactory, RequestFactory

    call_command("migrate", verbosity=0)
    sync, later = WSGIHandler(), ASGIHandler()
    ask = RequestFactory().get("/sync/")

    async def in_a_loop() -> float:
        request = AsyncRequestFactory().get("/async/")
        taken = []
        for _ in range(REQUESTS):
            begun = time.perf_counter()
            await later.get_response_async(request)
            taken.append(time.perf_counter() - begun)
        return median(taken)

    return _median(lambda: sync.get_response(ask)), async_to_sync(in_a_loop)()


def _median(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    return median(taken)


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
