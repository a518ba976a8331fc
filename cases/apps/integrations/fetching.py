"""What the code host knows of a pull request. No row is touched here."""

import asyncio
from dataclasses import dataclass

from codehost import CodeHost, CommitData, FileData, PullRequestData, ReviewData


@dataclass(frozen=True)
class Found:
    """A pull request and all that belongs to it, as the code host has it."""

    pull_request: PullRequestData
    reviews: list[ReviewData]
    commits: list[CommitData]
    files: list[FileData]


async def fetch(host: CodeHost, name: str, pull_request: PullRequestData) -> Found:
    """Return a pull request with its reviews, commits and files.

    The three lists are asked for at the same time. The first error is raised.
    """
    number = pull_request.number
    reviews, commits, files = await asyncio.gather(
        host.reviews(name, number),
        host.commits(name, number),
        host.files(name, number),
    )
    return Found(pull_request, reviews, commits, files)


async def fetch_all(name: str) -> list[Found]:
    """Return all pull requests of a repository that is small enough to hold."""
    async with CodeHost() as host:
        pull_requests = host.all_pull_requests(name)
        return [await fetch(host, name, one) async for one in pull_requests]
