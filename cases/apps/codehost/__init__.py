"""An async-only SDK for the code host in the sandbox."""

from codehost.client import CodeHost
from codehost.errors import (
    CodeHostError,
    CodeHostUnavailable,
    OrganisationNotFound,
    PullRequestNotFound,
    RepositoryNotFound,
)
from codehost.types import (
    CommitData,
    FileData,
    MemberData,
    Page,
    PullRequestData,
    ReviewData,
)

__all__ = [
    "CodeHost",
    "CodeHostError",
    "CodeHostUnavailable",
    "CommitData",
    "FileData",
    "MemberData",
    "OrganisationNotFound",
    "Page",
    "PullRequestData",
    "PullRequestNotFound",
    "RepositoryNotFound",
    "ReviewData",
]
