"""How a consumer is served, and talked to by a client."""

import importlib
import sys
from typing import Any

from channels import layers as _layers
from channels.generic import websocket as _websocket
from channels.routing import ProtocolTypeRouter, URLRouter
from channels_redis import core as _core
from django.conf import settings
from django.utils.module_loading import import_string

from proof.inside.client import Client
from proof.inside.server import served
from proof.inside.socket_client import SocketClient
from proof.places.place import Block

_PRELOADED = (_core, _layers, _websocket)
IN_MEMORY = {"BACKEND": "channels.layers.InMemoryChannelLayer"}


def run(block: Block) -> None:
    """Serve the block's websockets, and evaluate the call on the client's side.

    Raises:
        Exception: what the call raised.
    """
    block.watcher.enter("client")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    settings.CHANNEL_LAYERS = {"default": _layer(block)}
    with (
        served(block, lambda: _application(block)) as server,
        Client(server, block.watcher) as client,
    ):
        sockets = SocketClient(server.address, block.watcher)
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
    """Return the project's application, with the block's websockets beside."""
    sys.path.insert(0, str(block.file.parent))
    module = importlib.import_module(block.name)
    if hasattr(module, "urlpatterns"):
        settings.ROOT_URLCONF = block.name
    http = import_string(settings.ASGI_APPLICATION)
    sockets = URLRouter(module.websocket_urlpatterns)
    return ProtocolTypeRouter({"http": http, "websocket": sockets})
