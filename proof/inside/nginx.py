"""nginx in front of a server, as a proxy that keeps to its defaults.

HTTP/1.0 was its default towards a server for many years: it is named, so that each
version does the same.
"""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from proof.installed import installed

NAME = "nginx"
PATIENCE = 2
"""Seconds without a byte after which it ends an answer: nobody waits for its minute."""
CONFIGURATION = """
daemon off; master_process off; error_log stderr crit; pid {folder}/pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {host}:{port};
        location / {{
            proxy_pass http://{to};
            proxy_http_version 1.0;
            proxy_set_header Host $http_host;
            proxy_read_timeout {patience}s;
        }}
    }}
}}
"""


@contextmanager
def in_front_of(address: tuple[str, int], folder: Path) -> Iterator[tuple[str, int]]:
    """Run it before the server at an address, and yield its own."""
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
    file = folder / "nginx.conf"
    file.write_text(
        CONFIGURATION.format(
            folder=folder,
            host=host,
            port=port,
            to=f"{address[0]}:{address[1]}",
            patience=PATIENCE,
        ),
        "utf-8",
    )
    process = subprocess.Popen([installed(NAME) or NAME, "-p", folder, "-c", file])
    try:
        _wait_for((host, port), process)
        yield host, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait_for(address: tuple[str, int], process: "subprocess.Popen[bytes]") -> None:
    """Return once it listens, or has ended."""
    while process.poll() is None:
        with suppress(OSError):
            socket.create_connection(address).close()
            return
        time.sleep(0.01)
