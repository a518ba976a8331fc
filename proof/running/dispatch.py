"""The forkservers of the lanes, and what they see of the orders that they share."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from proof.errors import ServerDied
from proof.outcome import Outcome
from proof.running.messages import Order
from proof.running.remote import Interpreter, RemoteForkServer

Seen = tuple[Outcome, float]
"""An outcome and the seconds that it took."""


class Turns:
    """Who may work: so many at a time, and nobody any more once it has ended.

    `jobs` is how many examples run at a time, in all lanes together.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._free = jobs
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()
        self._endings: list[Callable[[], None]] | None = []

    def __enter__(self) -> None:
        # Who came first is first: `threading.Semaphore` lets one starve.
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def __exit__(self, *error: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def ends_with(self, end: Callable[[], None]) -> None:
        """Have something ended when the turns end; at once, if they have."""
        with self._lock:
            if self._endings is not None:
                self._endings.append(end)
                return
        end()

    def end(self) -> None:
        """End everything that was to end with the turns."""
        with self._lock:
            endings, self._endings = self._endings or [], None
        for end in reversed(endings):
            end()


def in_lanes(
    lanes: Iterable[Callable[[], Iterator[Seen]]], turns: Turns
) -> Iterator[Seen]:
    """Yield what all lanes see as it comes; each has a thread of its own.

    Raises:
        ServerDied: a forkserver could not be started.
    """
    lanes = list(lanes)
    seen: SimpleQueue[Seen | BaseException | None] = SimpleQueue()
    with ThreadPoolExecutor(len(lanes) or 1) as pool:
        try:
            for lane in lanes:
                pool.submit(_into, seen, lane)
            yield from _from(seen, len(lanes))
        finally:
            turns.end()


def _into(
    seen: "SimpleQueue[Seen | BaseException | None]", lane: Callable[[], Iterator[Seen]]
) -> None:
    """Put what a lane yields into the queue, then its error, or None."""
    try:
        for one in lane():
            seen.put(one)
    except BaseException as error:
        seen.put(error)
    else:
        seen.put(None)


def _from(
    seen: "SimpleQueue[Seen | BaseException | None]", count: int
) -> Iterator[Seen]:
    """Yield what `count` threads put into the queue, until all of them are done."""
    while count:
        one = seen.get()
        if isinstance(one, BaseException):
            raise one
        if one is None:
            count -= 1
        else:
            yield one


def in_lane(
    interpreter: Interpreter, orders: list[Order], turns: Turns
) -> Iterator[Seen]:
    """Yield the outcomes of a lane as they come.

    Raises:
        LaneUnavailable: the database server refused or died.
        ServerDied: a forkserver could not be started.
    """
    dispatch = _Dispatch(interpreter, orders, turns)
    turns.ends_with(dispatch.hang_up)
    count = len(interpreter.servers)
    try:
        with ThreadPoolExecutor(count or 1) as pool:
            try:
                for server in interpreter.servers:
                    pool.submit(dispatch.work, server)
                yield from _from(dispatch.seen, count)
            finally:
                dispatch.dismiss()
    finally:
        dispatch.close()


class _Dispatch:
    def __init__(
        self, interpreter: Interpreter, orders: list[Order], turns: Turns
    ) -> None:
        self._interpreters = [interpreter]
        self._turns = turns
        self._orders = iter(orders)
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self.seen: SimpleQueue[Seen | BaseException | None] = SimpleQueue()

    def work(self, server: RemoteForkServer | None) -> None:
        """Run orders until there are no more."""
        try:
            has_more = True
            while has_more:
                with self._turns:
                    order = self._next()
                    has_more = order is not None
                    if order is not None:
                        server = self._serve(server or self._another(), order)
        except BaseException as error:
            self.seen.put(error)
        else:
            self.seen.put(None)

    def hang_up(self) -> None:
        """Give no more orders, which ends all forkservers, also those at work."""
        with self._lock:
            self._orders = iter(())
            interpreters = list(self._interpreters)
        for interpreter in interpreters:
            interpreter.hang_up()

    def dismiss(self) -> None:
        """End all forkservers, and wait until they have ended."""
        self.hang_up()
        for interpreter in list(self._interpreters):
            interpreter.end()

    def close(self) -> None:
        """Let go of all that was started, once no worker uses it."""
        for interpreter in self._interpreters:
            interpreter.close()

    def _serve(self, server: RemoteForkServer, order: Order) -> RemoteForkServer | None:
        """Run an order, and return the forkserver if it lives."""
        started = time.monotonic()
        try:
            outcome = server.run(order)
        except ServerDied as error:
            self.seen.put((self._took_it_down(order, error), 0.0))
            return None
        self.seen.put((outcome, time.monotonic() - started))
        return server

    def _another(self) -> RemoteForkServer:
        """Start a forkserver in the place of one that an example took down."""
        with self._lock:
            interpreter = self._interpreters[0].another()
            self._interpreters.append(interpreter)
        # One after the other: each begins with a warm-up, which locks the template.
        with self._starting:
            return interpreter.start_again()

    def _took_it_down(self, order: Order, error: ServerDied) -> Outcome:
        return Outcome(order.example, order.lane, str(error))

    def _next(self) -> Order | None:
        with self._lock:
            return next(self._orders, None)
