"""The interpreter of a lane: prepared once, then forked into all of its processes.

    run.py ──setup──▶ zygote ─┬─ fill        fills the template database, and ends
                              ├─ nursery     Django is not set up  ┐
                              ├─ nursery     Django is set up      ├ a slot; several
                              └─ forkserver                        ┘

Then it only waits, and tells how a forkserver ended.
"""

import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from proof import supervise
from proof.errors import LaneUnavailable
from proof.forkserver import ForkServer, Setup
from proof.lanes import Postgres, first_line
from proof.nursery import write_line
from proof.observe import Observer
from proof.places import WITHOUT_DJANGO, place
from proof.rehearsal import rehearse
from proof.slot import Slot, Start

PRELOADED = (
    "runpy",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.models",
    "bridge",
    "broker",
    "codehost",
    # What httpx only imports with its first client and its first call.
    "anyio._backends._asyncio",
    "certifi",
    "httpcore",
)
"""What no example needs to import again, and nothing that needs settings."""
PRELOADED_FOR = {
    "task": (
        "billiard.popen_fork",
        "billiard.sharedctypes",
        "celery.app.amqp",
        "celery.app.control",
        "celery.app.events",
        "celery.app.log",
        "celery.apps.worker",
        "celery.backends.base",
        # The command line, with all of its commands: most of a worker's start.
        "celery.bin.celery",
        "celery.concurrency.prefork",
        "celery.concurrency.solo",
        "celery.concurrency.thread",
        "celery.contrib.django.task",
        "celery.fixups.django",
        "celery.worker.autoscale",
        "celery.worker.components",
        "celery.worker.consumer",
        "kombu.transport.filesystem",
    ),
}
"""What only the examples of one place need."""


def main(places: list[str]) -> None:
    """Prepare what these places need, fork the slots and wait for their end."""
    supervise.adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # All that is made before the forks is kept: looking for garbage finds none.
    gc.disable()
    slots: list[Slot] = []
    _or_tell_why(lambda: slots.extend(_forked(places, sys.stdin.readline)))
    _tell({"ready": [slot.processes[-1] for slot in slots]})
    _wait(slots)


def _forked(places: list[str], line: Callable[[], str]) -> list[Slot]:
    for name in (*PRELOADED, *(n for p in places for n in PRELOADED_FOR.get(p, ()))):
        import_module(name)
    start = Start(**json.loads(line() or sys.exit(0)))
    os.environ["SANDBOX_URL"] = start.sandbox
    setup, slots = Setup(**start.setup), [Slot(*ends) for ends in start.slots]
    _fork_nurseries(slots, setup)
    lane = setup.lane()
    template = lane.template()
    if isinstance(lane, Postgres) and not start.empty:
        lane.open()
    _set_up_django(template)
    for name in set(places) - WITHOUT_DJANGO:
        place(name)
    if start.empty:
        _fill()
    observer = Observer(template, start.questions)
    rehearse()
    lane.seal()
    _fork_nurseries(slots, setup)
    for slot in slots:
        slot.fork_server(lambda slot: ForkServer(setup, slot, observer).serve())
    return slots


def _fork_nurseries(slots: list[Slot], setup: Setup) -> None:
    gc.freeze()
    for slot in slots:
        slot.fork_nursery(
            lambda asked, recorders: asked.serve(recorders, setup.lane(), setup.limit)
        )


def _set_up_django(template_url: str) -> None:
    os.environ["DATABASE_URL"] = template_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()


def _fill() -> None:
    """Fill the template in a process that ends, with all that migrations import."""
    from proof.template import fill

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
        _tell({"refused": _said(error)})
        os._exit(1)
    except Exception:
        _tell({"broken": traceback.format_exc()})
        os._exit(1)


def _said(error: Exception) -> str:
    cause = error.__cause__
    return first_line(cause if isinstance(cause, Exception) else error)


def _tell(what: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):  # The run was killed meanwhile.
        write_line(sys.stdout.fileno(), what)


def _wait(slots: list[Slot]) -> None:
    """Wait until every forkserver has ended, and end what is left of each slot."""
    while slots:
        pid, status = os.wait()
        for slot in slots:
            if pid in slot.lives() and slot.ended(pid, status):
                slot.close()
                slots.remove(slot)
                break
        # What a dead nursery's example had started was adopted, also bit by bit.
        supervise.KEPT.clear()
        supervise.KEPT.update(*(slot.lives() for slot in slots))
        supervise.end_orphans()


if __name__ == "__main__":
    main(sys.argv[1:])
