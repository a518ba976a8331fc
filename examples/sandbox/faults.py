"""Latency and failure on request, so that an example can meet a slow or broken host."""

import asyncio

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LATENCY_HEADER = "X-Sandbox-Latency"
FAIL_HEADER = "X-Sandbox-Fail"
LONGEST_LATENCY = 60.0


class Faults:
    """ASGI middleware that obeys the two headers on every route, latency first."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then fail or pass the request on."""
        headers = Headers(scope=scope)
        try:
            latency, status = _latency(headers), _status(headers)
        except ValueError as error:
            latency, app = 0.0, _answer(400, str(error))
        else:
            app = _answer(status, f"{FAIL_HEADER} asked for it") if status else self.app
        await asyncio.sleep(latency)
        await app(scope, receive, send)


def _latency(headers: Headers) -> float:
    value = headers.get(LATENCY_HEADER, "0")
    try:
        return min(max(0.0, float(value)), LONGEST_LATENCY)
    except ValueError:
        raise ValueError(f"{LATENCY_HEADER}: {value!r} is not seconds") from None


def _status(headers: Headers) -> int | None:
    value = headers.get(FAIL_HEADER)
    if value is None:
        return None
    if value.isdecimal() and 400 <= int(value) <= 599:
        return int(value)
    raise ValueError(f"{FAIL_HEADER}: {value!r} is not a status from 400 to 599")


def _answer(status: int, detail: str) -> ASGIApp:
    return JSONResponse({"detail": detail}, status)
