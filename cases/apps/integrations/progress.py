"""How far a repository's sync has come, and when it is due to be queued again.

`sync_resume_at` is set as long as a sync is under way, and moved on by every step of
it. A sync whose message or worker is gone no longer moves it, and falls due.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from integrations.models import TrackedRepository

Status = TrackedRepository.SyncStatus


def ask_for_sync(pk: int) -> None:
    """Note that a sync is wanted. It is queued once this is committed."""
    _set(pk, sync_status=Status.PENDING, sync_resume_at=_later(), sync_error="")


def begin(pk: int) -> None:
    """Note that a worker has begun."""
    _set(pk, sync_status=Status.SYNCING, sync_resume_at=_later(), sync_error="")


def note_progress(pk: int) -> None:
    """Note that the sync gets on."""
    _set(pk, sync_resume_at=_later())


def wait(pk: int, seconds: float) -> None:
    """Note that another attempt follows, after a while."""
    _set(pk, sync_resume_at=_later(seconds))


def complete(pk: int) -> None:
    """Note that all rows are there."""
    _set(pk, sync_status=Status.COMPLETE, sync_resume_at=None, sync_error="")


def fail(pk: int, error: BaseException) -> None:
    """Note that the sync has been given up, and why."""
    reason = f"{type(error).__name__}: {error}"[:500]
    _set(pk, sync_status=Status.ERROR, sync_resume_at=None, sync_error=reason)


def take_due() -> Iterable[int]:
    """Yield the repositories whose sync has stopped getting on, each to one caller."""
    due = TrackedRepository.objects.filter(sync_resume_at__lte=timezone.now())
    for pk, was in list(due.values_list("pk", "sync_resume_at")):
        mine = due.filter(pk=pk, sync_resume_at=was)
        if mine.update(sync_resume_at=_later()):
            yield pk


def _set(pk: int, **values: object) -> None:
    TrackedRepository.objects.filter(pk=pk).update(**values)


def _later(seconds: float = 0.0) -> datetime:
    return timezone.now() + timedelta(seconds=seconds + settings.SYNC_RESUME_AFTER)
