"""The sandbox on a port of its own, with faults that a run asks for.

The faults are decided here, not by a client's headers: the pipeline does not know.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from proof.project import PROJECT

sys.path.extend(map(str, PROJECT.sources))

from codehost.server.app import app as sandbox
from sandbox.server import listen

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Fault = Callable[["Host", str], Awaitable[int | None]]


@dataclass
class Host:
    """The code host of one run: what it was asked for, and how it misbehaves.

    `fault` is awaited before each answer; what it returns is the answer's status.
    `doubled` makes it send each item twice, and each page of the list a second time.
    """

    fault: Fault | None = None
    doubled: bool = False
    asked: list[str] = field(default_factory=list)
    address: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as the faults allow."""
        if scope["type"] != "http":
            return
        path = f"{scope['path']}?{scope['query_string'].decode()}".rstrip("?")
        self.asked.append(path)
        status = await self.fault(self, path) if self.fault else None
        if status is not None:
            await _answer(send, status, {"detail": "it is told to"})
        elif self.doubled:
            await sandbox(scope, receive, _doubling(send))
        else:
            await sandbox(scope, receive, send)

    def times(self, part: str) -> int:
        """Return how many requests had this in their path."""
        return sum(part in path for path in self.asked)


@contextmanager
def served(host: Host) -> Iterator[str]:
    """Serve on a free port, in a thread; give the URL."""
    listener = listen(0)
    config = uvicorn.Config(
        host,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=60,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=[[listener]], daemon=True)
    thread.start()
    host.address = "http://{}:{}".format(*listener.getsockname())
    try:
        yield host.address
    finally:
        server.should_exit = server.force_exit = True
        thread.join(5)
        listener.close()


def fails(part: str, status: int = 503, times: int = 1) -> Fault:
    """Return a fault: the first requests for a path with this in it fail."""

    async def fault(host: Host, path: str) -> int | None:
        return status if part in path and host.times(part) <= times else None

    return fault


def slow(part: str, seconds: float, times: int = 1) -> Fault:
    """Return a fault: the first answers to such a path come late."""

    async def fault(host: Host, path: str) -> int | None:
        if part in path and host.times(part) <= times:
            await asyncio.sleep(seconds)
        return None

    return fault


def _doubling(send: Send) -> Send:
    """Return a `send` that writes each item of a list twice."""
    start: list[Message] = []

    async def doubled(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
            return
        body = json.loads(message["body"])
        body["items"] = [one for item in body["items"] for one in (item, item)]
        await _answer(send, start[0]["status"], body)

    return doubled


async def _answer(send: Send, status: int, body: dict[str, Any]) -> None:
    said = json.dumps(body).encode()
    headers = [(b"content-length", str(len(said)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": said})


def wait_until(
    true: Callable[[], object], seconds: float = 30.0, step: float = 0.02
) -> bool:
    """Wait until something is so; false if it is not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True
