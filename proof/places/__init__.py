"""Where a block runs. A new place is one module here and one line in `PLACES`.

A place says in `file(folder, name)` where the block lies on disk, and runs it in
`run(block)` as the real thing would.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from proof.witness import Witness

PLACES = {
    "command": "a management command, through Django's own command machinery",
    "script": "a file run as `__main__`, with a `django.setup()` of its own",
    "service": "a function of a module, called from sync code",
    "task": "a Celery task, in a worker process",
    "view": "a URLconf of views, served over HTTP by a real server",
    "consumer": "a Channels consumer, served over websockets by a real server",
    "test": "a test file, run by a test runner",
}
CALLED = {
    "service": 'Write data-call="function(arguments)" as the caller calls it.',
    "task": 'Write data-call="task.delay(arguments)" as the web process queues it.',
    "view": "Write data-call=\"get('/orders/7/')\" as a client asks the server.",
    "consumer": "Write data-call=\"talk('/orders/', 7)\" as a client talks to it.",
}
"""The places in which somebody calls the block, and how the header says so."""
WITH_BROKER = frozenset({"task", "consumer"})
"""The places whose processes talk to each other through a broker or a layer."""

WITHOUT_DJANGO = frozenset({"script"})
"""Places that set Django up themselves, so that a mistake in it can show."""


@dataclass(frozen=True)
class Block:
    """A block on its way to its place; `call` is the header's data-call.

    `under` is one name of the header's data-under. `broker` is the URL of the message
    broker, in which every key begins with `prefix`. A place with several processes
    lets `witness` listen in each of them.
    """

    id: str
    code: str
    file: Path
    call: str | None
    under: str
    broker: str
    prefix: str
    witness: "Witness"

    @property
    def name(self) -> str:
        """The block's name as a module or a command."""
        return self.file.stem


class Place(Protocol):
    """What a module in this package provides."""

    def file(self, folder: Path, name: str) -> Path:
        """Return where in the run's folder the block is written."""

    def run(self, block: Block) -> None:
        """Run the block; what it raises is what the example raises."""


def place(name: str) -> Place:
    """Return the module of a place."""
    return cast(Place, import_module(f"proof.places.{name}"))
