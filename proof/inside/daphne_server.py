"""daphne: one loop, on the main thread, below Twisted's reactor."""

import signal
import socket

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server, twisted_loop

from proof.inside.heartbeat import Heartbeat
from proof.inside.serving import Load, begin, end, noted, raised
from proof.places.place import Block


def serve(block: Block, load: Load, listener: socket.socket) -> None:
    """Serve until this process is told to end."""
    begin(block)
    block.watcher.begins()
    heartbeat = Heartbeat(block.watcher, str(block.file))

    def first() -> None:
        heartbeat.start()
        # The reactor keeps a pipe for signals, for as long as the process lives.
        block.watcher.accept_descriptors()

    try:
        app = noted(block, load(), first)
        endpoints = build_endpoint_description_strings(
            file_descriptor=listener.fileno()
        )
        server = Server(app, endpoints)
        # Told to end before it serves, it does not begin to.
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        server.run()
    except BaseException as error:
        raised(block, error)
    heartbeat.stop()
    twisted_loop.close()
    end(block)
