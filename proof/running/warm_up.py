"""What nearly every example does, done once before the forks.

Whatever is found, compiled or cached here is not found, compiled or cached again in
each child, nor does the child's memory have to be copied for it.
"""

import asyncio

import django
from django.apps import apps
from django.core import management
from django.core.checks.registry import registry
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from proof.project import PROJECT

TIMES = 3
"""How often Python runs code before it has made it as fast as it can."""


def warm_up() -> None:
    """Prepare this process for the commands and queries of its children."""
    _commands()
    for _ in range(TIMES):
        _queries()
        _loop()


def _commands() -> None:
    management.get_commands()
    command = BaseCommand()
    command.check()
    registry.registered_checks.clear()
    command.create_parser("manage.py", "warm-up").parse_args([])
    # `manage.py` sets Django up, which here it is.
    django.setup = lambda set_prefix=True: None


def _queries() -> None:
    if not PROJECT.warm_up:
        return
    rows = apps.get_model(PROJECT.warm_up)._default_manager
    with transaction.atomic():
        row = rows.get(pk=rows.earliest("pk").pk)
        row.save()
        rows.filter(pk=row.pk).exists()
        transaction.set_rollback(True)
    connection.close()


def _loop() -> None:
    async def nothing() -> None:
        await asyncio.sleep(0)

    # Not `asyncio.run`, which remembers that there was a loop in this thread.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(nothing())
