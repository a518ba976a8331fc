"""A consumer: the block has websocket patterns, served over websockets by uvicorn."""

import importlib
import sys
from pathlib import Path
from typing import Any

from channels import layers as _layers
from channels.generic import websocket as _websocket
from channels.routing import ProtocolTypeRouter, URLRouter
from channels_redis import core as _core
from django.conf import settings

from proof.places import Block
from proof.places.client import Client
from proof.places.server import served
from proof.places.socket_client import SocketClient

_PRELOADED = (_core, _layers, _websocket)
IN_MEMORY = {"BACKEND": "channels.layers.InMemoryChannelLayer"}


def file(folder: Path, name: str) -> Path:
    """Return where the consumers lie."""
    return folder / "consumers" / f"{name}.py"


def run(block: Block) -> None:
    """Serve the block's websockets, and evaluate the call on the client's side.

    Raises:
        Exception: what the call raised.
    """
    block.witness.enter("client")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    settings.CHANNEL_LAYERS = {"default": _layer(block)}
    with (
        served(block, lambda: _application(block)) as address,
        Client(address, block.witness) as client,
    ):
        sockets = SocketClient(address, block.witness)
        eval(block.call or "None", {**client.names(), **sockets.names()})


def _layer(block: Block) -> dict[str, Any]:
    """Return the channel layer: in Redis where the lane has it, else in memory."""
    if not block.broker:
        return IN_MEMORY
    return {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [block.broker], "prefix": block.prefix},
    }


def _application(block: Block) -> Any:
    """Return the example project's application, with the block's websockets beside."""
    sys.path.insert(0, str(block.file.parent))
    module = importlib.import_module(block.name)
    if hasattr(module, "urlpatterns"):
        settings.ROOT_URLCONF = block.name
    http = importlib.import_module("config.asgi").application
    sockets = URLRouter(module.websocket_urlpatterns)
    return ProtocolTypeRouter({"http": http, "websocket": sockets})
