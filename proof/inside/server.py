"""Real servers for the places view and consumer, in a process of their own.

    child ──fork──▶ uvicorn, daphne               one loop, on the main thread
              ├───▶ gunicorn ──fork──▶ worker     sync, or with threads
              ├───▶ granian  ──fork──▶ worker     one loop, on the main thread
              └───▶ uvicorn, and nginx in front of it

The child binds the socket before it forks, so its client can connect at once.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from importlib import import_module

from proof.inside import gunicorn_server as _gunicorn
from proof.inside import nginx
from proof.inside import uvicorn_server as _uvicorn
from proof.inside.serving import Load
from proof.places.place import Block

_PRELOADED = (_gunicorn, _uvicorn)
WSGI = tuple(_gunicorn.THREADS)
"""What a block runs under as a WSGI application."""
SERVERS = {"": "uvicorn", "nginx": "uvicorn", **dict.fromkeys(WSGI, "gunicorn")}
"""The server, by what a block runs under, where it is called otherwise."""


@dataclass(frozen=True)
class Serving:
    """A server that serves, and where."""

    address: tuple[str, int]
    pid: int

    def end(self) -> None:
        """Tell it to end, as whoever runs it does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)


@contextmanager
def served(block: Block, load: Load) -> Iterator[Serving]:
    """Serve an application; at the end the server is told to."""
    listener = socket.create_server(("127.0.0.1", 0))
    # An answer is two writes, and the second would wait 40 ms for the client's word.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    address: tuple[str, int] = listener.getsockname()
    pid = os.fork()
    if pid == 0:
        _be_server(block, load, listener)
    listener.close()
    serving = Serving(address, pid)
    try:
        with _in_front(block, address) as reached:
            yield Serving(reached, pid)
    finally:
        serving.end()
        _, status = os.waitpid(pid, 0)
        _hear_of_the_end(block, status)


def _hear_of_the_end(block: Block, status: int) -> None:
    """Tell that a server's process was ended, and did not end by itself.

    A server starts another in its place, and answers as if nothing had been.
    """
    began = {one["pid"] for one in block.watcher.notes("at work")} - {os.getpid()}
    ended = {one["pid"] for one in block.watcher.notes("left")}
    if status or began - ended:
        block.watcher.heard("a process of the server ended before its time")


def _in_front(
    block: Block, address: tuple[str, int]
) -> AbstractContextManager[tuple[str, int]]:
    """Return the address to ask, which is that of what is in front of the server."""
    if block.under != nginx.NAME:
        return nullcontext(address)
    # The proxy has little patience, and a server that only begins is not what it meets.
    while not (block.watcher.notes("serving") or block.watcher.notes("raised")):
        time.sleep(0.005)
    return nginx.in_front_of(address, block.file.with_suffix(".nginx"))


def _be_server(block: Block, load: Load, listener: socket.socket) -> None:
    """Serve until this process is told to end, and end it."""
    name = SERVERS.get(block.under, block.under)
    try:
        # Two of them are not installed everywhere, and one makes a loop when imported.
        import_module(f"proof.inside.{name}_server").serve(block, load, listener)
    finally:
        with suppress(BaseException):
            sys.stdout.flush()
        os._exit(0)
