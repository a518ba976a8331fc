"""A service: a module that sync code imports, and whose function it calls."""

import importlib
import sys
from pathlib import Path

from proof.places import Block


def file(folder: Path, name: str) -> Path:
    """Return where the service's module lies."""
    return folder / "services" / f"{name}.py"


def run(block: Block) -> None:
    """Import the block as a module and evaluate its call in it."""
    sys.path.insert(0, str(block.file.parent))
    module = importlib.import_module(block.name)
    eval(block.call or "None", vars(module))
