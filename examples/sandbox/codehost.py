"""The code host's routes, over the data in `sandbox.codehost_data`."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox import codehost_data as data
from sandbox.refusal import Refusal

PAGE_SIZE = 5


async def pulls(request: Request) -> JSONResponse:
    """Answer one page of a repository's pull requests, the first by default."""
    _check_repository(request)
    page = _page(request)
    start = (page - 1) * PAGE_SIZE
    numbers = data.NUMBERS[start : start + PAGE_SIZE]
    more = start + PAGE_SIZE < len(data.NUMBERS)
    items = [data.pull_request(number) for number in numbers]
    return JSONResponse({"items": items, "next_page": page + 1 if more else None})


def _part(name: str, items: Callable[[int], list[dict[str, Any]]]) -> Route:
    async def answer(request: Request) -> JSONResponse:
        _check_repository(request)
        return JSONResponse({"items": items(_known_number(request))})

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
    _part("reviews", data.reviews),
    _part("commits", data.commits),
    _part("files", data.files),
]
