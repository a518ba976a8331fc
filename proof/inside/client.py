"""The HTTP client of the place view: what it gets is printed, a line a request."""

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import IO, Any, Self

import httpx

from proof.inside.server import Serving
from proof.watching.watcher import QUIET, Watcher

TOKEN = "t" * 32
"""Shows Django that a page of the same site asks, until a login brings another."""
BROKEN_OFF = " … broken off".encode()
"""Stands where a body ended before its end."""
SOON = 0.5
"""Seconds within which the first part of a stream comes, if nobody keeps it."""
MAX_LINE = 120
"""Characters of a body that a line shows."""


class Client:
    """Asks a server; keeps its cookies from one request to the next.

    `watcher` says when the server has begun with a request.
    """

    def __init__(self, server: Serving, watcher: Watcher) -> None:
        self._server, self._watcher = server, watcher
        self._address = address = server.address
        # Nothing here is encrypted, and reading certificates takes 30 ms.
        self._http = httpx.Client(
            base_url=f"http://{address[0]}:{address[1]}", timeout=None, verify=False
        )
        self._http.cookies.set("csrftoken", TOKEN, domain=address[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def names(self) -> dict[str, Callable[..., Any]]:
        """Return what a call may use."""
        return {
            "get": self.get,
            "post": self.post,
            "together": self.together,
            "leave": self.leave,
            "stop": self.stop,
            "first": self.first,
            "crowd": self.crowd,
        }

    def get(self, path: str) -> httpx.Response:
        """Get a path."""
        return _said(self._asked("GET", path))

    def post(self, path: str, **data: Any) -> httpx.Response:
        """Post JSON to a path, with the token that a page of the site would have."""
        return _said(self._asked("POST", path, json=data))

    def together(
        self, ask: Callable[..., httpx.Response], *paths: str
    ) -> list[httpx.Response]:
        """Ask for all the paths at once; they are shown in the order of the call."""
        method = "POST" if ask == self.post else "GET"
        with ThreadPoolExecutor(len(paths)) as pool:
            responses = list(pool.map(lambda path: self._asked(method, path), paths))
        return [_said(response) for response in responses]

    def _asked(
        self,
        method: str,
        path: str,
        over: threading.Event | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Return the response with as much of its body as came until it was `over`."""
        token = self._http.cookies.get("csrftoken", domain=self._address[0])
        headers = {"X-CSRFToken": token or ""}
        with self._http.stream(method, path, headers=headers, **more) as response:
            body = b""
            try:
                for part in response.iter_raw():
                    body += part
                    if over is not None and over.is_set():
                        break
            except httpx.RemoteProtocolError:
                body += BROKEN_OFF
        response._content = body
        return response

    def leave(self, path: str, method: str = "POST", after: float = QUIET) -> None:
        """Ask, close the connection while the server waits for others, see it end."""
        begun = len(self._watcher.notes("request"))
        done = len(self._watcher.notes("done"))
        with socket.create_connection(self._address) as connection:
            connection.sendall(self._head(method, path))
            while len(self._watcher.notes("request")) == begun:
                time.sleep(0.005)
            self._watcher.wait_for_quiet(after)
            print(f"{method} {path} left")
        while len(self._watcher.notes("done")) == done:
            time.sleep(0.005)

    def first(self, path: str, told: str) -> None:
        """Ask for a stream, post what has come of it soon, and hear it to its end."""
        begun = len(self._watcher.notes("request"))
        with socket.create_connection(self._address) as connection:
            connection.sendall(self._head("GET", path))
            while len(self._watcher.notes("request")) == begun:
                time.sleep(0.005)
            self._watcher.wait_for_quiet(QUIET)
            connection.settimeout(SOON)
            answer = connection.makefile("rb")
            try:
                came = _first_part(answer)
            except TimeoutError:
                came = ""
            print(f"GET {path} at first: {came or 'nothing'}")
            self.post(told, came=came)

    def crowd(self, path: str, count: int) -> None:
        """Ask as many times at once, and show each answer that differs."""
        with ThreadPoolExecutor(count) as pool:
            asked = [pool.submit(self._asked, "GET", path) for _ in range(count)]
        texts = Counter(
            f"{a.result().status_code} {_in_short(a.result())}" for a in asked
        )
        for text, times in sorted(texts.items()):
            print(f"GET {path} {times} times {text}")

    def stop(self, path: str, method: str = "POST", enough: float = 60) -> None:
        """Ask, tell the server to end while it waits for others, see what comes.

        Of an answer that goes on, the client has `enough` after so many seconds.
        """
        begun = len(self._watcher.notes("request"))
        over = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self._asked, method, path, over)
            while len(self._watcher.notes("request")) == begun:
                time.sleep(0.005)
            self._watcher.wait_for_quiet(QUIET)
            self._server.end()
            print("the server is told to stop")
            try:
                _said(asked.result(enough))
            except httpx.TransportError:
                print(f"{method} {path} broken off")
            except TimeoutError:
                print(f"{method} {path} goes on, and the server with it")
                over.set()

    def _head(self, method: str, path: str) -> bytes:
        host = f"{self._address[0]}:{self._address[1]}"
        cookies = f"csrftoken={TOKEN}"
        headers = {"Host": host, "Cookie": cookies, "X-CSRFToken": TOKEN}
        headers["Content-Length"] = "0"
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{method} {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode()


def _first_part(answer: IO[bytes]) -> str:
    """Return the first line of an answer's body that says something.

    The answer comes in chunks, each below a line with its length.
    """
    while (answer.readline()).strip():
        pass
    answer.readline()
    return answer.readline().decode().strip()


def _said(response: httpx.Response) -> httpx.Response:
    line = f"{response.request.method} {response.request.url.raw_path.decode()}"
    print(f"{line} {response.status_code} {_in_short(response)}".rstrip())
    return response


def _in_short(response: httpx.Response) -> str:
    """Return the first line of a body; of a page, its heading."""
    text = response.text
    if response.headers.get("content-type", "").startswith("text/html"):
        found = re.search(r"<h1>(.*?)</h1>", text, re.DOTALL)
        text = found[1] if found else re.sub("<[^>]*>", "", text)
    return text.strip().partition("\n")[0][:MAX_LINE]
