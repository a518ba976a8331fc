"""What a place is: all that is true of one, and what it is handed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from proof.watching.watcher import Watcher


@dataclass(frozen=True)
class Block:
    """A block on its way to its place; `call` is the header's data-call.

    `under` is one name of the header's data-under. `broker` is the URL of the message
    broker, in which every key begins with `prefix`. A place with several processes
    lets `watcher` listen in each of them.
    """

    id: str
    code: str
    file: Path
    call: str | None
    under: str
    broker: str
    prefix: str
    watcher: "Watcher"

    @property
    def name(self) -> str:
        """The block's name as a module or a command."""
        return self.file.stem


class Place(ABC):
    """Where a block runs.

    Whoever reads pages imports the modules of all places. What runs a block needs more,
    and is named by `runs_with`, or imported in `run`.

    Attributes:
        name: What a header calls it.
        ran_as: How the page says that a block was run there.
        called: How a header says who calls the block; empty where nobody does.
        under: What it can run under; the first is meant where the header names none.
        keys: The key of [tool.proof] without which nothing runs there, by what the
            block runs under; the empty name stands for all.
        has_broker: Whether its processes talk through a message broker.
        sets_up_django: Whether the block does so itself, so that a mistake can show.
        preloaded: What only its examples need, and nothing that needs settings.
        others_write_to_stderr: Whether more than the block does, such as a test runner.
        runs_with: The module with `run(block)`, and all that examples need of it; it
            is imported once Django is set up, in the processes that run examples.
    """

    name: ClassVar[str]
    ran_as: ClassVar[str]
    called: ClassVar[str] = ""
    under: ClassVar[tuple[str, ...]] = ()
    keys: ClassVar[Mapping[str, str]] = {}
    has_broker: ClassVar[bool] = False
    sets_up_django: ClassVar[bool] = False
    preloaded: ClassVar[tuple[str, ...]] = ()
    others_write_to_stderr: ClassVar[bool] = False
    runs_with: ClassVar[str] = ""

    def prepare(self) -> None:
        """Load what its examples need, before the forks."""
        if self.runs_with:
            import_module(self.runs_with)

    @abstractmethod
    def file(self, folder: Path, name: str) -> Path:
        """Return where in the run's folder the block is written."""

    def run(self, block: Block) -> None:
        """Run the block as the real thing would; what it raises, the example raises."""
        import_module(self.runs_with).run(block)
