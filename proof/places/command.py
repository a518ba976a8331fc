"""A management command: found, parsed, checked and ended by Django's own machinery."""

from pathlib import Path

from django.core import management

from proof.places import Block
from trading.management import commands


def file(folder: Path, name: str) -> Path:
    """Return where the command's module lies."""
    return folder / "commands" / f"{name}.py"


def run(block: Block) -> None:
    """Run `manage.py NAME`, the command being one of the app trading."""
    commands.__path__.append(str(block.file.parent))
    management.get_commands()[block.name] = "trading"
    management.execute_from_command_line(["manage.py", block.name])
