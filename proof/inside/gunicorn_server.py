"""gunicorn: it forks its worker, which is sync or has threads."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

from django.core import signals
from gunicorn.app.base import BaseApplication
from gunicorn.workers import gthread

from proof.inside.serving import Load, begin, raised
from proof.places.place import Block

_PRELOADED = (gthread,)
THREADS = {"gunicorn": 1, "gthread": 4}
"""Threads of a worker, by what the block runs under."""


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
            raised(self._block, error)
            raise

    def close(self) -> None:
        getattr(self._body, "close", lambda: None)()


def _begin(block: Block) -> None:
    begin(block)
    note = block.watcher.note
    signals.request_finished.connect(lambda **_: note("done"), weak=False)


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
            raised(self._block, error)
            raise


def serve(block: Block, load: Load, listener: socket.socket) -> None:
    """Serve until this process is told to end."""
    _Gunicorn(block, load, listener).run()
