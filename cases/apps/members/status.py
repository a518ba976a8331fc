"""How far the sync of a team's members has come, and what moves it on.

    pending ──begin──▶ syncing ──complete──▶ complete
                          ├──────fail──────▶ error
                          └────end_stale───▶ error

Whatever it is, but for syncing, it can begin again. Each step is one UPDATE that names
the state and the run that it comes from: of two at the same time one has no effect.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from members.models import Integration

Status = Integration.SyncStatus


class Superseded(Exception):
    """The run is no longer the one under way: it was ended, or another began."""


def begin(pk: int) -> int | None:
    """Begin a run and return its number; None if one is under way."""
    end_stale(pk)
    now = timezone.now()
    begun = (
        Integration.objects.filter(pk=pk)
        .exclude(member_sync_status=Status.SYNCING)
        .update(
            member_sync_status=Status.SYNCING,
            member_sync_run=F("member_sync_run") + 1,
            member_sync_started_at=now,
            member_sync_seen_at=now,
            member_sync_finished_at=None,
            member_sync_read=0,
            member_sync_created=0,
            member_sync_updated=0,
            member_sync_removed=0,
            member_sync_error="",
        )
    )
    return Integration.objects.get(pk=pk).member_sync_run if begun else None


async def saw(pk: int, run: int, read: int) -> None:
    """Give a sign of life: so many members have been read.

    Raises:
        Superseded: the run is no longer under way.
    """
    changes = {"member_sync_seen_at": timezone.now(), "member_sync_read": read}
    if not await under_way(pk, run).aupdate(**changes):
        raise Superseded


def retry_follows(pk: int, run: int) -> None:
    """Give a sign of life: another attempt is about to be queued.

    Raises:
        Superseded: the run is no longer under way.
    """
    if not under_way(pk, run).update(member_sync_seen_at=timezone.now()):
        raise Superseded


def complete(pk: int, run: int) -> None:
    """End a run well.

    Raises:
        Superseded: the run is no longer under way.
    """
    _end(pk, run, Status.COMPLETE)


def fail(pk: int, run: int, reason: str) -> None:
    """End a run with a sentence for its team.

    Raises:
        Superseded: the run is no longer under way.
    """
    _end(pk, run, Status.ERROR, member_sync_error=reason)


def end_stale(pk: int) -> None:
    """End a run that has given no sign of life for too long, so that another can begin.

    Its worker crashed, or none has taken it up. If it goes on all the same, it finds
    itself superseded and writes nothing.
    """
    now = timezone.now()
    seconds = settings.MEMBER_SYNC_STALE_AFTER
    Integration.objects.filter(
        pk=pk,
        member_sync_status=Status.SYNCING,
        member_sync_seen_at__lt=now - timedelta(seconds=seconds),
    ).update(
        member_sync_status=Status.ERROR,
        member_sync_finished_at=now,
        member_sync_error=f"No worker has reported for {seconds:.0f} s.",
    )


def under_way(pk: int, run: int) -> QuerySet[Integration]:
    """Return the integration as long as this very run is under way, else nothing."""
    return Integration.objects.filter(
        pk=pk, member_sync_run=run, member_sync_status=Status.SYNCING
    )


def _end(pk: int, run: int, status: str, **changes: Any) -> None:
    changes |= {
        "member_sync_status": status,
        "member_sync_finished_at": timezone.now(),
    }
    if not under_way(pk, run).update(**changes):
        raise Superseded
