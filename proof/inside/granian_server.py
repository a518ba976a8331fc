"""granian: it forks its worker, which has one loop, on its main thread."""

import asyncio
import multiprocessing
import socket
from typing import Any

from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.server import MPServer

from proof.inside.heartbeat import Heartbeat
from proof.inside.serving import Load, begin, end, noted, raised
from proof.places.place import Block


def serve(block: Block, load: Load, listener: socket.socket) -> None:
    """Serve until this process is told to end."""
    # What the worker is given cannot be sent to another interpreter.
    multiprocessing.set_start_method("fork", force=True)
    server = _Granian(listener)
    server.serve(
        spawn_target=lambda *given: _work(block, *given),
        target_loader=lambda: _application(block, load),
        wrap_loader=False,
    )


class _Granian(MPServer):  # type: ignore[misc]
    """Granian's own server, on a socket that is bound already."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        super().__init__(
            "the block", interface=Interfaces.ASGINL, log_enabled=False, workers=1
        )

    def _init_shared_socket(self) -> None:
        self._ssp, self._sfd = None, self._listener.fileno()
        # Its types do not know the third.
        self._shd = SocketHolder(self._sfd, False, self.backlog)  # type: ignore[call-arg,unused-ignore]
        self._sso = self._listener


def _work(block: Block, *given: Any) -> None:
    """Run its worker for ASGI, and note what is left of it."""
    begin(block)
    block.watcher.begins()
    MPServer._spawn_asgi_worker(*given)
    asyncio.get_event_loop().close()
    end(block)


def _application(block: Block, load: Load) -> Any:
    heartbeat = Heartbeat(block.watcher, str(block.file))

    def first() -> None:
        heartbeat.start()
        # Its own runtime, beside Python's, lives as long as the process.
        block.watcher.accept_descriptors()

    try:
        return noted(block, load(), first)
    except BaseException as error:
        raised(block, error)
        raise
