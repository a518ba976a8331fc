"""uvicorn: one loop, on the main thread."""

import signal
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http import h11_impl as _h11
from uvicorn.protocols.websockets import websockets_sansio_impl as _websockets

from proof.inside.heartbeat import Heartbeat
from proof.inside.serving import Load, begin, end, noted, raised
from proof.places.place import Block

_PRELOADED = (_h11, _websockets)


def serve(block: Block, load: Load, listener: socket.socket) -> None:
    """Serve until this process is told to end."""
    # Told to end before it serves, it ends once it does; later it is told anew.
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    begin(block)
    block.watcher.begins()
    try:
        app = noted(block, load())
        _Uvicorn(block, app, told).run([listener])
    except BaseException as error:
        raised(block, error)
    end(block)


class _Uvicorn(uvicorn.Server):
    def __init__(self, block: Block, app: Any, told: list[int]) -> None:
        self._told, self._watcher = told, block.watcher
        super().__init__(uvicorn.Config(app, lifespan="off", log_level="warning"))
        self._heartbeat = Heartbeat(block.watcher, str(block.file))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.should_exit = self.should_exit or bool(self._told)
        self._heartbeat.start()
        self._watcher.note("serving")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        self._heartbeat.stop()
