"""An async-only SDK for the code host in the sandbox."""

from codehost.client import CodeHost
from codehost.errors import (
    CodeHostError,
    CodeHostUnavailable,
    PullRequestNotFound,
    RepositoryNotFound,
)
from codehost.types import CommitData, FileData, Page, PullRequestData, ReviewData

__all__ = [
    "CodeHost",
    "CodeHostError",
    "CodeHostUnavailable",
    "CommitData",
    "FileData",
    "Page",
    "PullRequestData",
    "PullRequestNotFound",
    "RepositoryNotFound",
    "ReviewData",
]
