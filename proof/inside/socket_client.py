"""The websocket client of the place consumer: what it says and gets is printed."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from proof.watching.watcher import QUIET, Watcher

GONE = 1006
"""What a browser calls the end of a websocket whose server said nothing."""


class SocketClient:
    """Opens websockets at an address; each is done with when the server says so."""

    def __init__(self, address: tuple[str, int], watcher: Watcher) -> None:
        self._base, self._watcher = f"ws://{address[0]}:{address[1]}", watcher

    def names(self) -> dict[str, Callable[..., Any]]:
        """Return what a call may use."""
        return {
            "talk": self.talk,
            "hear": self.hear,
            "hang_up": self.hang_up,
            "talk_together": self.talk_together,
        }

    def talk(self, path: str, *messages: Any) -> None:
        """Send JSON messages, one after another, and get an answer to each."""
        with self._opened(path) as websocket:
            for message in messages:
                _send(websocket, path, message)
                if not _got(websocket, path):
                    break

    def talk_together(self, path: str, *messages: Any) -> None:
        """Send each JSON message over a websocket of its own, all at once."""
        with ExitStack() as stack:
            opened = [stack.enter_context(self._opened(path)) for _ in messages]
            for websocket, message in zip(opened, messages, strict=True):
                _send(websocket, path, message)
            for websocket in opened:
                _got(websocket, path)

    def hear(self, path: str, act: Callable[..., Any], *args: Any) -> None:
        """Do something while the websocket is open, and get one message."""
        with self._opened(path) as websocket:
            act(*args)
            _got(websocket, path)

    def hang_up(self, path: str, message: Any, after: float = QUIET) -> None:
        """Send a message, and close the websocket without waiting for the answer."""
        with self._opened(path) as websocket:
            _send(websocket, path, message)
            self._watcher.wait_for_quiet(after)
            print(f"WS {path} hangs up")

    @contextmanager
    def _opened(self, path: str) -> Iterator[ClientConnection]:
        done = len(self._watcher.notes("done"))
        with connect(f"{self._base}{path}", proxy=None) as websocket:
            yield websocket
        while len(self._watcher.notes("done")) == done:
            time.sleep(0.005)


def _send(websocket: ClientConnection, path: str, message: Any) -> None:
    text = json.dumps(message)
    print(f"WS {path} says {text}")
    websocket.send(text)


def _got(websocket: ClientConnection, path: str) -> bool:
    """Print one message; false if the server has closed the websocket instead."""
    try:
        print(f"WS {path} gets {websocket.recv()!s}")
    except ConnectionClosed as closed:
        print(f"WS {path} closed {closed.rcvd.code if closed.rcvd else GONE}")
        return False
    return True
