"""What the code host's calls return."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items of a longer list, and the number of the page after it, if any."""

    items: tuple[T, ...]
    next_page: int | None


@dataclass(frozen=True)
class PullRequestData:
    """A pull request with the lines that it adds and deletes."""

    number: int
    title: str
    state: Literal["open", "merged"]
    additions: int
    deletions: int


@dataclass(frozen=True)
class ReviewData:
    """What one reviewer said last."""

    reviewer: str
    state: Literal["approved", "changes_requested", "commented"]


@dataclass(frozen=True)
class CommitData:
    """A commit."""

    sha: str
    message: str


@dataclass(frozen=True)
class FileData:
    """A changed file with the lines added and deleted."""

    path: str
    additions: int
    deletions: int


@dataclass(frozen=True)
class MemberData:
    """Somebody who belongs to an organisation."""

    login: str
    name: str
    role: Literal["member", "owner"]
