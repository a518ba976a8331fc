"""The sync of one repository: a sync core, and an async shell around the code host."""

from collections import Counter

from asgiref.sync import sync_to_async
from django.db import transaction

from bridge import run_async
from codehost import CodeHost
from integrations import progress
from integrations.fetching import Found, fetch
from integrations.models import (
    Commit,
    PullRequest,
    PullRequestFile,
    Review,
    TrackedRepository,
)
from integrations.saving import save_all

Key = tuple[str, int, str]
"""A table, the number of a pull request, and what tells a row from its siblings."""


class RowsMissing(Exception):
    """The code host named more rows than the database holds after the sync."""


def sync(pk: int) -> None:
    """Bring a repository's rows in step with the code host.

    Each pull request is saved in a transaction of its own, so what was saved before
    an error stays, and the next run writes over it.

    Raises:
        TrackedRepository.DoesNotExist: there is no such repository.
        CodeHostError: the code host refuses, or gives no answer.
        RowsMissing: it ran to its end, and rows are missing all the same.
    """
    repository = TrackedRepository.objects.get(pk=pk)
    progress.begin(pk)
    named = run_async(sync_history(pk, repository.full_name))
    check(pk, named)
    progress.complete(pk)


async def sync_history(pk: int, name: str) -> set[Key]:
    """Fetch and save all pull requests; return the key of each row named."""
    named: set[Key] = set()
    async with CodeHost() as host:
        async for pull_request in host.all_pull_requests(name):
            found = await fetch(host, name, pull_request)
            # On the caller's thread, over its connection.
            await sync_to_async(step)(pk, found)
            named |= keys(found)
    return named


def step(pk: int, found: Found) -> None:
    """Save a pull request with all that belongs to it, and note the progress."""
    with transaction.atomic():
        # First: its row lets two runs of one repository take turns.
        progress.note_progress(pk)
        save_all(pk, found)


def keys(found: Found) -> set[Key]:
    """Return what the code host knows the rows of a pull request by."""
    number = found.pull_request.number
    return {
        ("pull requests", number, ""),
        *(("reviews", number, one.reviewer) for one in found.reviews),
        *(("commits", number, one.sha) for one in found.commits),
        *(("files", number, one.path) for one in found.files),
    }


def check(pk: int, named: set[Key]) -> None:
    """Compare what the code host named with what the database holds.

    Raises:
        RowsMissing: the database holds less.
    """
    wanted = Counter(table for table, _, _ in named)
    for table, rows in rows_of(pk).items():
        if rows < wanted[table]:
            raise RowsMissing(f"{rows} {table} of {wanted[table]}")


def rows_of(pk: int) -> dict[str, int]:
    """Return how many rows of each table a repository has."""
    parents = PullRequest.objects.filter(repository=pk)
    return {
        "pull requests": parents.count(),
        "reviews": Review.objects.filter(pull_request__in=parents).count(),
        "commits": Commit.objects.filter(pull_request__in=parents).count(),
        "files": PullRequestFile.objects.filter(pull_request__in=parents).count(),
    }
