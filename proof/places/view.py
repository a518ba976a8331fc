"""A view: the block is the URLconf, served over HTTP by a real server.

The client stays in the child. It evaluates data-call, and then the server is ended.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

from proof.places import Block
from proof.places.client import Client
from proof.places.server import THREADS, served


def file(folder: Path, name: str) -> Path:
    """Return where the URLconf lies."""
    return folder / "urls" / f"{name}.py"


def run(block: Block) -> None:
    """Serve the block, and evaluate the call on the client's side.

    Raises:
        Exception: what the call raised, unless the server said why.
    """
    block.witness.enter("client")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with (
        served(block, lambda: _application(block)) as address,
        Client(address, block.witness) as client,
    ):
        try:
            eval(block.call or "None", dict(client.names()))
        except httpx.TransportError:
            if not block.witness.notes("raised"):
                raise


def _application(block: Block) -> Any:
    """Return the example project's application, as its server loads it."""
    sys.path.insert(0, str(block.file.parent))
    settings.ROOT_URLCONF = block.name
    importlib.import_module(block.name)
    name = "wsgi" if block.under in THREADS else "asgi"
    return importlib.import_module(f"config.{name}").application


for middleware in settings.MIDDLEWARE:
    import_string(middleware)
