"""The members sync: queued after the commit, read over the network, written at once."""

from contextlib import suppress
from typing import Any

from celery import shared_task
from django.db import DatabaseError, InterfaceError, connection, transaction
from kombu.exceptions import OperationalError

from bridge import run_async
from codehost import CodeHost, CodeHostError, CodeHostUnavailable, MemberData
from members import status
from members.models import Integration, Member

PASSING = (CodeHostUnavailable, DatabaseError, InterfaceError)
"""Errors after which another attempt may do better."""
NOT_QUEUED = "The task queue cannot be reached, so nothing was started."
NO_ANSWER = "The code host does not answer: {error}."
REFUSED = "The code host refused: {error}."
EMPTY = "The code host names no member of {organisation}."
BROKEN = "An error that nobody expected ended it; it stands in the worker's log."
RETRY_AFTER = 2
"""Seconds before another attempt; below what makes a run stale."""


def queue_sync(pk: int) -> None:
    """Begin a run and queue its task, unless one is under way.

    The status is committed first. If the task then cannot be queued, the run has
    failed, and says so.
    """
    run = None
    try:
        with transaction.atomic(durable=True):
            run = status.begin(pk)
            if run is not None:
                sync_members.delay_on_commit(pk, run)
    except (OperationalError, OSError):
        if run is None:
            raise
        with suppress(status.Superseded):
            status.fail(pk, run, NOT_QUEUED)


@shared_task(bind=True, max_retries=2, acks_late=True, reject_on_worker_lost=True)
def sync_members(self: Any, pk: int, run: int) -> None:
    """Read all members, then write them all; end the run in either way."""
    with suppress(status.Superseded):
        try:
            _sync(pk, run)
        except PASSING as error:
            _try_again(self, pk, run, error)
        except CodeHostError as error:
            status.fail(pk, run, REFUSED.format(error=error))
        except status.Superseded:
            raise
        except Exception:
            status.fail(pk, run, BROKEN)
            raise


def _try_again(task: Any, pk: int, run: int, error: Exception) -> None:
    """Queue another attempt; after the last one, end the run."""
    # The connection may be what is broken: the next statement opens another.
    connection.close()
    if task.request.retries < task.max_retries:
        status.retry_follows(pk, run)
        raise task.retry(exc=error, countdown=RETRY_AFTER) from error
    if not isinstance(error, CodeHostUnavailable):
        status.fail(pk, run, BROKEN)
        raise error
    status.fail(pk, run, NO_ANSWER.format(error=error))


def _sync(pk: int, run: int) -> None:
    integration = status.under_way(pk, run).first()
    if integration is None:
        raise status.Superseded
    members = run_async(read(integration))
    if members:
        write(integration, members)
    else:
        reason = EMPTY.format(organisation=integration.organisation)
        status.fail(pk, run, reason)


async def read(integration: Integration) -> dict[str, MemberData]:
    """Return all members by their logins; the host may name one twice."""
    members: dict[str, MemberData] = {}
    page: int | None = 1
    async with CodeHost() as host:
        while page is not None:
            part = await host.members(integration.organisation, page)
            members |= {one.login: one for one in part.items}
            await status.saw(integration.pk, integration.member_sync_run, len(members))
            page = part.next_page
    return members


def write(integration: Integration, members: dict[str, MemberData]) -> None:
    """Make the team's rows what the code host says, and end the run with them."""
    team = integration.team_id
    with transaction.atomic():
        # The first statement takes the row's lock: a second writer waits, and is late.
        status.complete(integration.pk, integration.member_sync_run)
        known = {row.login: row for row in Member.objects.filter(team=team)}
        counts = {
            "created": _create(team, [members[x] for x in members if x not in known]),
            "updated": _update(known, members),
            "removed": _remove([row for x, row in known.items() if x not in members]),
        }
        changes = {f"member_sync_{name}": count for name, count in counts.items()}
        Integration.objects.filter(pk=integration.pk).update(**changes)


def _create(team: int, members: list[MemberData]) -> int:
    rows = [Member(team_id=team, **vars(member)) for member in members]
    return len(Member.objects.bulk_create(rows))


def _update(known: dict[str, Member], members: dict[str, MemberData]) -> int:
    changed = []
    for login in known.keys() & members.keys():
        row, member = known[login], members[login]
        if (row.name, row.role) != (member.name, member.role):
            row.name, row.role = member.name, member.role
            changed.append(row)
    Member.objects.bulk_update(changed, ["name", "role"])
    return len(changed)


def _remove(rows: list[Member]) -> int:
    Member.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
