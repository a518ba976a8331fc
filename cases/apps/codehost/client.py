"""The code host's calls."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import ClassVar
from urllib.parse import quote as quoted

from codehost.errors import (
    CodeHostError,
    CodeHostUnavailable,
    OrganisationNotFound,
    PullRequestNotFound,
    RepositoryNotFound,
)
from codehost.server.routes import EMPTY_HEADER
from codehost.types import (
    CommitData,
    FileData,
    MemberData,
    Page,
    PullRequestData,
    ReviewData,
)
from sdk_http import AsyncSDK


class CodeHost(AsyncSDK):
    """The code host, async only.

    Close it in the event loop that it was used in:

        async with CodeHost() as host:
            async for pull_request in host.all_pull_requests("example/engine"):
                print(pull_request.title)

    Each call raises `CodeHostUnavailable` if the code host gives no answer in time or
    a server error.

    Args:
        base_url: Where the host answers; the environment's `SANDBOX_URL` by default.
        latency: Seconds that the host waits before each answer, at most 60.
        fail_with: The status, 400 to 599, that the host answers every call with.
        timeout: Seconds after which a call without an answer fails.
        empty: Lists that the host answers empty, as one that does not know yet:
            `reviews`, `commits`, `files`.
    """

    refused = CodeHostError
    unavailable = CodeHostUnavailable
    reasons: ClassVar[Mapping[str, type[CodeHostError]]] = {
        "repository_not_found": RepositoryNotFound,
        "pull_request_not_found": PullRequestNotFound,
        "organisation_not_found": OrganisationNotFound,
    }

    def __init__(
        self,
        base_url: str | None = None,
        *,
        latency: float = 0.0,
        fail_with: int | None = None,
        timeout: float = 5.0,
        empty: Iterable[str] = (),
    ) -> None:
        super().__init__(
            base_url, latency=latency, fail_with=fail_with, timeout=timeout
        )
        self._client.headers[EMPTY_HEADER] = " ".join(empty)

    async def pull_requests(
        self, repository: str, page: int = 1
    ) -> Page[PullRequestData]:
        """List five pull requests at a time, in the order of their numbers.

        Args:
            repository: Owner and name, such as `example/engine`.
            page: Which five, counted from 1.

        Returns:
            The page; beyond the last one it is empty.

        Raises:
            RepositoryNotFound: If the code host knows no such repository.
        """
        path = _pulls_path(repository)
        data = await self._call("GET", path, params={"page": page})
        items = tuple(PullRequestData(**item) for item in data["items"])
        return Page(items, data["next_page"])

    async def all_pull_requests(
        self, repository: str
    ) -> AsyncIterator[PullRequestData]:
        """Go through all pull requests; each page is fetched when it is reached.

        Args:
            repository: Owner and name, such as `example/engine`.

        Yields:
            The pull requests in the order of their numbers.

        Raises:
            RepositoryNotFound: If the code host knows no such repository.
        """
        next_page: int | None = 1
        while next_page is not None:
            page = await self.pull_requests(repository, next_page)
            for pull_request in page.items:
                yield pull_request
            next_page = page.next_page

    async def reviews(self, repository: str, number: int) -> list[ReviewData]:
        """List the reviews of a pull request, one a reviewer.

        Args:
            repository: Owner and name, such as `example/engine`.
            number: The pull request's number.

        Returns:
            The reviews, if any.

        Raises:
            RepositoryNotFound: If the code host knows no such repository.
            PullRequestNotFound: If the repository has no such pull request.
        """
        data = await self._call("GET", f"{_pulls_path(repository)}/{number}/reviews")
        return [ReviewData(**item) for item in data["items"]]

    async def commits(self, repository: str, number: int) -> list[CommitData]:
        """List the commits of a pull request, oldest first.

        Args:
            repository: Owner and name, such as `example/engine`.
            number: The pull request's number.

        Returns:
            The commits, at least one.

        Raises:
            RepositoryNotFound: If the code host knows no such repository.
            PullRequestNotFound: If the repository has no such pull request.
        """
        data = await self._call("GET", f"{_pulls_path(repository)}/{number}/commits")
        return [CommitData(**item) for item in data["items"]]

    async def files(self, repository: str, number: int) -> list[FileData]:
        """List the files that a pull request changes.

        Args:
            repository: Owner and name, such as `example/engine`.
            number: The pull request's number.

        Returns:
            The files, at least one.

        Raises:
            RepositoryNotFound: If the code host knows no such repository.
            PullRequestNotFound: If the repository has no such pull request.
        """
        data = await self._call("GET", f"{_pulls_path(repository)}/{number}/files")
        return [FileData(**item) for item in data["items"]]

    async def members(self, organisation: str, page: int = 1) -> Page[MemberData]:
        """List five members of an organisation at a time.

        Somebody who joins in the meantime moves the others: a member may then stand
        on two pages.

        Args:
            organisation: Its name, such as `example`.
            page: Which five, counted from 1.

        Returns:
            The page; beyond the last one it is empty.

        Raises:
            OrganisationNotFound: If the code host knows no such organisation.
        """
        path = f"/codehost/orgs/{quoted(organisation, safe='')}/members"
        data = await self._call("GET", path, params={"page": page})
        items = tuple(MemberData(**item) for item in data["items"])
        return Page(items, data["next_page"])


def _pulls_path(repository: str) -> str:
    return f"/codehost/repos/{quoted(repository)}/pulls"
