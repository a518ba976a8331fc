"""Real servers for the places view and consumer, in a process of their own.

    child ──fork──▶ uvicorn                       one loop, on the main thread
              └───▶ gunicorn ──fork──▶ worker     sync, or with threads

The child binds the socket before it forks, so its client can connect at once.
"""

import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from asgiref.sync import SyncToAsync
from celery.signals import after_task_publish
from django.core import signals
from gunicorn.app.base import BaseApplication
from gunicorn.workers import gthread
from uvicorn.protocols.http import h11_impl as _h11
from uvicorn.protocols.websockets import websockets_sansio_impl as _websockets

from proof.inside.heartbeat import Heartbeat
from proof.places.place import Block
from proof.watching.leftovers import threads_of

Load = Callable[[], Any]
"""Returns the application, in the server's process."""
THREADS = {"gunicorn": 1, "gthread": 4}
"""Threads of a worker of gunicorn, by what the block runs under."""
_PRELOADED = (_h11, _websockets, gthread)


@contextmanager
def served(block: Block, load: Load) -> Iterator[tuple[str, int]]:
    """Serve an application, and yield the address; at the end the server is told to."""
    listener = socket.create_server(("127.0.0.1", 0))
    # An answer is two writes, and the second would wait 40 ms for the client's word.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    address: tuple[str, int] = listener.getsockname()
    pid = os.fork()
    if pid == 0:
        _be_server(block, load, listener)
    listener.close()
    try:
        yield address
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
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


def _be_server(block: Block, load: Load, listener: socket.socket) -> None:
    """Serve until this process is told to end, and end it."""
    try:
        run = _gunicorn if block.under in THREADS else _uvicorn
        run(block, load, listener)
    finally:
        with suppress(BaseException):
            sys.stdout.flush()
        os._exit(0)


def _begin(block: Block) -> None:
    """Listen in this process, which runs the block."""
    block.watcher.enter("server")
    block.watcher.at_work()
    note = block.watcher.note
    signals.request_started.connect(lambda **_: note("request"), weak=False)
    signals.got_request_exception.connect(
        lambda **_: _raised(block, sys.exc_info()[1]), weak=False
    )
    if block.under in THREADS:
        signals.request_finished.connect(lambda **_: note("done"), weak=False)
    # A process that queues a task keeps its connection to the broker for the next.
    after_task_publish.connect(
        lambda **_: block.watcher.accept_descriptors(), weak=False
    )


def _raised(block: Block, error: BaseException | None) -> None:
    """Note the first exception of all, and not what comes of it further up."""
    if error is not None and not block.watcher.notes("raised"):
        block.watcher.raised(error)


def _uvicorn(block: Block, load: Load, listener: socket.socket) -> None:
    # Told to end before it serves, it ends once it does; later it is told anew.
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    _begin(block)
    block.watcher.begins()
    try:
        app = _noted(block, load())
        _Uvicorn(block, app, told).run([listener])
    except BaseException as error:
        _raised(block, error)
    _accept_asgirefs_threads(block)
    block.watcher.ended()


class _Uvicorn(uvicorn.Server):
    def __init__(self, block: Block, app: Any, told: list[int]) -> None:
        self._told = told
        super().__init__(uvicorn.Config(app, lifespan="off", log_level="warning"))
        self._heartbeat = Heartbeat(block.watcher, str(block.file))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.should_exit = self.should_exit or bool(self._told)
        self._heartbeat.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        self._heartbeat.stop()


def _noted(block: Block, app: Any) -> Callable[..., Awaitable[None]]:
    """Note what an application raises, which the server only logs."""

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except Exception as error:
            _raised(block, error)
            raise
        finally:
            block.watcher.note("done")

    return noted


def _noted_wsgi(block: Block, app: Any) -> Callable[[Any, Any], Any]:
    """Note what a body raises while it is sent, which gunicorn only logs."""

    def noted(environ: dict[str, Any], start_response: Any) -> Any:
        body = app(environ, start_response)
        if isinstance(body, environ.get("wsgi.file_wrapper", ())):
            return body
        return _Body(block, body)

    return noted


class _Body:
    """A response's body, which notes what ends it."""

    def __init__(self, block: Block, body: Any) -> None:
        self._block, self._body = block, body

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        except Exception as error:
            _raised(self._block, error)
            raise

    def close(self) -> None:
        getattr(self._body, "close", lambda: None)()


def _accept_asgirefs_threads(block: Block) -> None:
    """Do not count the threads that asgiref keeps, for the process or for a request.

    When it lets go of those for a request depends on the version of Python.
    """
    executors = [
        SyncToAsync.single_thread_executor,
        *SyncToAsync.context_to_thread_executor.values(),
    ]
    for executor in executors:
        block.watcher.accept_threads(threads_of(executor))


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    def __init__(self, block: Block, load: Load, listener: socket.socket) -> None:
        self._block, self._load, self._listener = block, load, listener
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"fd://{self._listener.fileno()}",
            "workers": 1,
            "threads": THREADS[self._block.under],
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_fork": lambda arbiter, worker: _begin(self._block),
            "post_worker_init": lambda worker: self._block.watcher.begins(),
            "worker_exit": lambda arbiter, worker: self._block.watcher.ended(),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        try:
            return _noted_wsgi(self._block, self._load())
        except BaseException as error:
            _raised(self._block, error)
            raise


def _gunicorn(block: Block, load: Load, listener: socket.socket) -> None:
    _Gunicorn(block, load, listener).run()
