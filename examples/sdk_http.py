"""The HTTP plumbing that the SDKs share."""

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

import httpx

from sandbox import DEFAULT_URL
from sandbox.faults import FAIL_HEADER, LATENCY_HEADER

CERTIFICATES = httpx.create_ssl_context(trust_env=False)
"""Read once for all clients of a process: each would take 30 ms for it."""


class AsyncSDK:
    """An async client of the sandbox; each SDK adds its calls and its errors.

    One connection pool, made with the object, serves all calls. Its connections
    belong to the event loop that opened them, so an object must not outlive its loop.

    Args:
        base_url: Where the host answers; the environment's `SANDBOX_URL` by default.
        latency: Seconds that the host waits before each answer, at most 60.
        fail_with: The status, 400 to 599, that the host answers every call with.
        timeout: Seconds after which a call without an answer fails.
    """

    refused: ClassVar[type[Exception]]
    """What a call raises that the host refuses for no reason in `reasons`."""

    unavailable: ClassVar[type[Exception]]
    """What a call raises that gets no answer, or a server error."""

    reasons: ClassVar[Mapping[str, type[Exception]]]
    """What a call raises for a code in the host's refusal."""

    def __init__(
        self,
        base_url: str | None = None,
        *,
        latency: float = 0.0,
        fail_with: int | None = None,
        timeout: float = 5.0,
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url or os.environ.get("SANDBOX_URL", DEFAULT_URL),
            headers=_fault_headers(latency, fail_with),
            timeout=timeout,
            verify=CERTIFICATES,
            limits=httpx.Limits(keepalive_expiry=60),
            # A proxy that the environment names must not stand before loopback.
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. The object is of no use afterwards."""
        await self._client.aclose()

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        call = f"{method} {path}"
        try:
            response = await self._client.request(method, path, **options)
        except httpx.TransportError as error:
            reason = type(error).__name__
            raise self.unavailable(f"{call}: no answer ({reason})") from error
        if response.is_success:
            return response.json()
        raise self._error(call, response)

    def _error(self, call: str, response: httpx.Response) -> Exception:
        body = _refusal(response)
        if reason := self.reasons.get(body.get("error", "")):
            return reason(body["detail"])
        error = self.unavailable if response.is_server_error else self.refused
        return error(f"{call}: answered {response.status_code}, {body['detail']}")


def _refusal(response: httpx.Response) -> dict[str, Any]:
    try:
        body: dict[str, Any] = response.json()
    except ValueError:
        return {"detail": response.text}
    return body


def _fault_headers(latency: float, fail_with: int | None) -> dict[str, str]:
    headers = {}
    if latency:
        headers[LATENCY_HEADER] = str(latency)
    if fail_with is not None:
        headers[FAIL_HEADER] = str(fail_with)
    return headers
