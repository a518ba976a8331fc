"""A consumer: the block has websocket patterns, served over websockets by uvicorn."""

from pathlib import Path

from proof.places.place import Place


class Consumer(Place):
    """A block that is a module of websocket patterns, and of URLs if it has any."""

    name = "consumer"
    ran_as = "Run as a Channels consumer, served over websockets"
    called = "Write data-call=\"talk('/orders/', 7)\" as a client talks to it."
    has_broker = True
    runs_with = "proof.inside.consumers"

    def file(self, folder: Path, name: str) -> Path:
        return folder / "consumers" / f"{name}.py"
