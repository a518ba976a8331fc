"""The forkservers of a lane, one a core, and what they see of the orders they share."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

from proof.errors import ServerDied
from proof.outcome import Outcome
from proof.server import Server, Zygote

Seen = tuple[Outcome, float]
"""An outcome and the seconds that it took."""


def in_lane(zygote: Zygote, orders: list[dict[str, Any]]) -> Iterator[Seen]:
    """Yield the outcomes of a lane as they come.

    Raises:
        LaneUnavailable: the database server refused or died.
        ServerDied: a forkserver could not be started.
    """
    crew = _Crew(zygote, orders)
    count = len(zygote.servers)
    try:
        with ThreadPoolExecutor(count or 1) as pool:
            try:
                for server in zygote.servers:
                    pool.submit(crew.work, server)
                yield from crew.outcomes(count)
            finally:
                crew.dismiss()
    finally:
        crew.close()


class _Crew:
    def __init__(self, zygote: Zygote, orders: list[dict[str, Any]]) -> None:
        self._zygotes = [zygote]
        self._orders = iter(orders)
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._seen: SimpleQueue[Seen | BaseException | None] = SimpleQueue()

    def outcomes(self, count: int) -> Iterator[Seen]:
        """Yield what `count` workers see, until all of them are done."""
        while count:
            one = self._seen.get()
            if isinstance(one, BaseException):
                raise one
            if one is None:
                count -= 1
            else:
                yield one

    def work(self, server: Server | None) -> None:
        """Run orders until there are no more."""
        try:
            while (order := self._next()) is not None:
                server = self._serve(server or self._another(), order)
        except BaseException as error:
            self._seen.put(error)
        else:
            self._seen.put(None)

    def dismiss(self) -> None:
        """End all forkservers, also in the middle of an example."""
        with self._lock:
            self._orders = iter(())
            zygotes = list(self._zygotes)
        for zygote in zygotes:
            zygote.hang_up()
        for zygote in zygotes:
            zygote.end()

    def close(self) -> None:
        """Let go of all that was started, once no worker uses it."""
        for zygote in self._zygotes:
            zygote.close()

    def _serve(self, server: Server, order: dict[str, Any]) -> Server | None:
        """Run an order, and return the forkserver if it lives."""
        started = time.monotonic()
        try:
            outcome = server.run(order)
        except ServerDied as error:
            self._seen.put((self._took_it_down(order, error), 0.0))
            return None
        self._seen.put((outcome, time.monotonic() - started))
        return server

    def _another(self) -> Server:
        """Start a forkserver in the place of one that an example took down."""
        with self._lock:
            zygote = self._zygotes[0].another()
            self._zygotes.append(zygote)
        # One after the other: each begins with a rehearsal, which locks the template.
        with self._starting:
            return zygote.start_again()

    def _took_it_down(self, order: dict[str, Any], error: ServerDied) -> Outcome:
        return Outcome(order["task"]["id"], order["lane"], str(error))

    def _next(self) -> dict[str, Any] | None:
        with self._lock:
            return next(self._orders, None)
