"""A request that the sandbox refuses, and the answer that says why."""

from starlette.requests import Request
from starlette.responses import JSONResponse


class Refusal(Exception):
    """Ends a request with a status, a code for the SDK and a sentence for its user."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


async def answer_refusal(request: Request, error: Exception) -> JSONResponse:
    """Answer a `Refusal` as JSON."""
    assert isinstance(error, Refusal)
    body = {"error": error.code, "detail": str(error)}
    return JSONResponse(body, error.status)
