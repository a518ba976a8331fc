"""Serve the sandbox over a real socket on the loopback address."""

import os
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"


class PortUnavailable(OSError):
    """The sandbox cannot listen on the port that it was given."""


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port, any free one for 0.

    Raises:
        PortUnavailable: If something else has the port, or there is no such port.
    """
    try:
        listener = socket.create_server((HOST, port))
    except OverflowError as error:
        raise PortUnavailable(f"no port has the number {port}") from error
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise PortUnavailable(f"cannot listen on {HOST}:{port}: {reason}") from error
    # An answer is two writes, and the second would wait 40 ms for the client's word.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve(
    app: ASGIApp, listener: socket.socket, *, until_stdin_closes: bool = False
) -> None:
    """Print the server's URL, then serve until Ctrl-C or the end of standard input."""
    # In the main thread uvicorn would take the signals and end gracefully, which
    # waits for requests in flight. Nothing is lost by ending at once.
    server = threading.Thread(target=_run, args=[app, listener], daemon=True)
    server.start()
    print("http://{}:{}".format(*listener.getsockname()), flush=True)
    try:
        if until_stdin_closes:
            _wait_for_end_of_stdin()
        else:
            server.join()
    except KeyboardInterrupt:
        pass


def _run(app: ASGIApp, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        # A kept client shall find its connection open, however slow the machine.
        timeout_keep_alive=60,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _wait_for_end_of_stdin() -> None:
    while os.read(0, 1024):
        pass
