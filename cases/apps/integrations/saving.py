"""The step for each pull request: its rows, all of them or none.

Sync functions. Each row has the key that the code host knows it by, so a second run
writes over the rows of the first, and adds none.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import models, transaction

from codehost import CommitData, FileData, PullRequestData, ReviewData
from integrations.fetching import Found
from integrations.models import Commit, PullRequest, PullRequestFile, Review

T = TypeVar("T", bound=models.Model)


def save_all(repository: int, found: Found) -> None:
    """Save a pull request, its reviews, commits and files in one transaction."""
    with transaction.atomic():
        pull_request = save_pull_request(repository, found.pull_request)
        save_reviews(pull_request, found.reviews)
        save_commits(pull_request, found.commits)
        save_files(pull_request, found.files)


def save_pull_request(repository: int, data: PullRequestData) -> PullRequest:
    """Save the pull request itself, and return its row."""
    pull_request, _ = PullRequest.objects.update_or_create(
        repository_id=repository,
        number=data.number,
        defaults={
            "title": data.title,
            "state": data.state,
            "additions": data.additions,
            "deletions": data.deletions,
        },
    )
    return pull_request


def save_reviews(pull_request: PullRequest, reviews: Iterable[ReviewData]) -> None:
    """Save each reviewer's latest word."""
    rows = [
        Review(pull_request=pull_request, reviewer=one.reviewer, state=one.state)
        for one in reviews
    ]
    _save_rows(rows, key="reviewer", fields=["state"])


def save_commits(pull_request: PullRequest, commits: Iterable[CommitData]) -> None:
    """Save the commits."""
    rows = [
        Commit(pull_request=pull_request, sha=one.sha, message=one.message)
        for one in commits
    ]
    _save_rows(rows, key="sha", fields=["message"])


def save_files(pull_request: PullRequest, files: Iterable[FileData]) -> None:
    """Save the changed files."""
    rows = [
        PullRequestFile(
            pull_request=pull_request,
            path=one.path,
            additions=one.additions,
            deletions=one.deletions,
        )
        for one in files
    ]
    _save_rows(rows, key="path", fields=["additions", "deletions"])


def _save_rows(rows: Sequence[T], key: str, fields: list[str]) -> None:
    """Add the rows, or write over those that have the same key."""
    if not rows:
        return
    # PostgreSQL refuses a statement that meets the same row twice.
    once = {getattr(row, key): row for row in rows}
    type(rows[0])._default_manager.bulk_create(
        once.values(),
        update_conflicts=True,
        unique_fields=["pull_request", key],
        update_fields=fields,
    )
