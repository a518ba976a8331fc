"""The interpreter of a lane: prepared once, then forked into all of its processes.

    run.py ──setup──▶ interpreter ─┬─ fill        fills the template database, and ends
                                   ├─ forker      Django is not set up  ┐
                                   ├─ forker      Django is set up      ├ a runner
                                   └─ forkserver                        ┘

The forker without Django is for scripts, which set it up themselves: in an interpreter
of its own, each would take 0.9 s of processor time to import what is loaded here.

Then it only waits, and tells how a forkserver ended: an example may kill its parents,
and only their parent hears of it.
"""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from proof.databases.server import first_line
from proof.errors import LaneUnavailable
from proof.places import PLACES
from proof.project import PROJECT
from proof.running import supervise
from proof.running.forkserver import ForkServer, database_of
from proof.running.messages import Prepared, Setup, Start, read, write
from proof.running.runner import Runner
from proof.running.warm_up import warm_up
from proof.watching.rows import Observer

PRELOADED = (
    "runpy",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.models",
    # What httpx only imports with its first client and its first call.
    "anyio._backends._asyncio",
    "certifi",
    "httpcore",
)
"""What no example needs to import again, and nothing that needs settings."""


def main(places: list[str]) -> None:
    """Prepare what these places need, fork the runners and wait for their end."""
    supervise.adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # All that is made before the forks is kept: looking for garbage finds none.
    gc.disable()
    runners: list[Runner] = []
    _or_tell_why(lambda: runners.extend(_forked(places, sys.stdin.readline)))
    _tell(Prepared(tuple(runner.processes[-1] for runner in runners)))
    _wait(runners)


def _forked(places: list[str], line: Callable[[], str]) -> list[Runner]:
    for name in (
        *PRELOADED,
        *PROJECT.preload,
        *(name for place in places for name in PLACES[place].preloaded),
    ):
        import_module(name)
    start = read(Start, line() or sys.exit(0))
    os.environ |= start.services
    setup, runners = start.setup, [Runner(*ends) for ends in start.runners]
    _fork_the_forkers(runners, setup)
    database = database_of(setup)
    template = database.template()
    if not start.empty:
        database.open()
    _set_up_django(template)
    for place in places:
        PLACES[place].prepare()
    if start.empty:
        _fill()
    observer = Observer(template, start.questions, database.only_reads)
    warm_up()
    database.seal()
    _fork_the_forkers(runners, setup)
    for runner in runners:
        runner.fork_server(lambda runner: ForkServer(setup, runner, observer).serve())
    return runners


def _fork_the_forkers(runners: list[Runner], setup: Setup) -> None:
    gc.freeze()
    for runner in runners:
        runner.fork_forker(
            lambda asked, recorders: asked.serve(
                recorders, database_of(setup), setup.limit
            )
        )


def _set_up_django(template_url: str) -> None:
    os.environ["DATABASE_URL"] = template_url
    os.environ["DJANGO_SETTINGS_MODULE"] = PROJECT.settings
    import django

    django.setup()


def _fill() -> None:
    """Fill the template in a process that ends, with all that migrations import."""
    from proof.running.fill import fill

    pid = os.fork()
    if pid == 0:
        _or_tell_why(fill)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        os._exit(1)


def _or_tell_why(work: Callable[[], None]) -> None:
    from django.db import OperationalError

    try:
        work()
    except (OperationalError, LaneUnavailable) as error:
        _tell(Prepared(refused=_said(error)))
        os._exit(1)
    except Exception:
        _tell(Prepared(broken=traceback.format_exc()))
        os._exit(1)


def _said(error: Exception) -> str:
    cause = error.__cause__
    return first_line(cause if isinstance(cause, Exception) else error)


def _tell(what: Prepared) -> None:
    with suppress(BrokenPipeError):  # The run was killed meanwhile.
        write(sys.stdout.fileno(), what)


def _wait(runners: list[Runner]) -> None:
    """Wait until every forkserver has ended, and end what is left of each runner."""
    while runners:
        pid, status = os.wait()
        for runner in runners:
            if pid in runner.lives() and runner.ended(pid, status):
                runner.close()
                runners.remove(runner)
                break
        # What a dead forker's example had started was adopted, also bit by bit.
        supervise.KEPT.clear()
        supervise.KEPT.update(*(runner.lives() for runner in runners))
        supervise.end_orphans()


if __name__ == "__main__":
    main(sys.argv[1:])
