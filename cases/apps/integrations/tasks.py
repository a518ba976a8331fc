"""The tasks of the worker."""

from typing import Any

from celery import shared_task
from celery.exceptions import Retry
from django.db import DatabaseError, InterfaceError, connection

from codehost import CodeHostUnavailable
from integrations import progress, services

PASSING = (CodeHostUnavailable, DatabaseError, InterfaceError)
"""Errors after which another attempt may do better."""


@shared_task(bind=True, acks_late=True, reject_on_worker_lost=True, max_retries=3)
def sync_repository(self: Any, pk: int) -> None:
    """Sync a repository; may run twice, and be broken off anywhere.

    The message is acknowledged at the end, so a worker that is killed gives it back.
    Where the broker loses it all the same, `resume_syncs` queues another.
    """
    try:
        services.sync(pk)
    except PASSING as error:
        if self.request.retries >= self.max_retries:
            progress.fail(pk, error)
            raise
        raise _retry(self, pk, error) from error
    except Exception as error:
        progress.fail(pk, error)
        raise


def _retry(task: Any, pk: int, error: Exception) -> Retry:
    """Queue another attempt, and return what says so."""
    seconds = 2**task.request.retries
    # The connection may be what is broken: the next statement opens another.
    connection.close()
    progress.wait(pk, seconds)
    return task.retry(exc=error, countdown=seconds, throw=False)


@shared_task
def resume_syncs() -> None:
    """Queue again each sync that has stopped getting on."""
    for pk in progress.take_due():
        sync_repository.delay(pk)
