"""How a URLconf is served, and asked by a client.

The client stays in the child. It evaluates data-call, and then the server is ended.
"""

import importlib
import sys
from typing import Any

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

from proof.inside.client import Client
from proof.inside.server import WSGI, served
from proof.places.place import Block

for middleware in settings.MIDDLEWARE:
    import_string(middleware)


def run(block: Block) -> None:
    """Serve the block, and evaluate the call on the client's side.

    Raises:
        Exception: what the call raised, unless the server said why.
    """
    block.watcher.enter("client")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with (
        served(block, lambda: _application(block)) as server,
        Client(server, block.watcher) as client,
    ):
        try:
            eval(block.call or "None", dict(client.names()))
        except httpx.TransportError:
            if not block.watcher.notes("raised"):
                raise


def _application(block: Block) -> Any:
    """Return the project's application, as its server loads it."""
    sys.path.insert(0, str(block.file.parent))
    settings.ROOT_URLCONF = block.name
    importlib.import_module(block.name)
    under_wsgi = block.under in WSGI
    name = settings.WSGI_APPLICATION if under_wsgi else settings.ASGI_APPLICATION
    return import_string(name)
