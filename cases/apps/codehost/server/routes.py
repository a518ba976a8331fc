"""The code host's routes, over the data in `codehost.server.data`."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from codehost.server import data
from codehost.server import members as people
from sandbox.refusal import Refusal

PAGE_SIZE = 5
EMPTY_HEADER = "X-Sandbox-Empty"
"""Names the lists that the host shall answer empty, as if it did not know yet."""


async def pulls(request: Request) -> JSONResponse:
    """Answer one page of a repository's pull requests, the first by default."""
    _check_repository(request)
    page = _page(request)
    start = (page - 1) * PAGE_SIZE
    numbers = data.NUMBERS[start : start + PAGE_SIZE]
    more = start + PAGE_SIZE < len(data.NUMBERS)
    items = [data.pull_request(number) for number in numbers]
    return JSONResponse({"items": items, "next_page": page + 1 if more else None})


async def members(request: Request) -> JSONResponse:
    """Answer one page of an organisation's members, as the organisation does it."""
    organisation = request.path_params["organisation"]
    if organisation not in people.ORGANISATIONS:
        detail = f"no organisation {organisation} at the code host"
        raise Refusal(404, "organisation_not_found", detail)
    number = _page(request)
    if organisation == "example-slow":
        await asyncio.sleep(people.SLOW)
    if organisation == "example-broken" and number == people.BROKEN_PAGE:
        raise Refusal(503, "unavailable", f"page {number} cannot be read at the moment")
    items, next_page = people.page(organisation, number)
    return JSONResponse({"items": items, "next_page": next_page})


def _part(name: str, items: Callable[[int], list[dict[str, Any]]]) -> Route:
    async def answer(request: Request) -> JSONResponse:
        _check_repository(request)
        found = items(_known_number(request))
        empty = name in request.headers.get(EMPTY_HEADER, "").split()
        return JSONResponse({"items": [] if empty else found})

    return Route(f"/repos/{{owner}}/{{name}}/pulls/{{number:int}}/{name}", answer)


def _check_repository(request: Request) -> None:
    name = "{owner}/{name}".format(**request.path_params)
    if name != data.REPOSITORY:
        detail = f"no repository {name} at the code host"
        raise Refusal(404, "repository_not_found", detail)


def _page(request: Request) -> int:
    page = request.query_params.get("page", "1")
    if not page.isdecimal() or int(page) < 1:
        raise Refusal(400, "bad_page", f"pages count from 1, so none is {page!r}")
    return int(page)


def _known_number(request: Request) -> int:
    number: int = request.path_params["number"]
    if number not in data.NUMBERS:
        detail = f"no pull request {number} in {data.REPOSITORY}"
        raise Refusal(404, "pull_request_not_found", detail)
    return number


routes = [
    Route("/repos/{owner}/{name}/pulls", pulls),
    Route("/orgs/{organisation}/members", members),
    _part("reviews", data.reviews),
    _part("commits", data.commits),
    _part("files", data.files),
]
