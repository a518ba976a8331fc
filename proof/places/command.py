"""A management command: found, parsed, checked and ended by Django's own machinery."""

from importlib import import_module
from pathlib import Path

from proof.places.place import Block, Place
from proof.project import PROJECT


class Command(Place):
    """A block that is the module of a command of the project's app for them."""

    name = "command"
    ran_as = "Run as a management command"
    keys = {"": "commands"}

    def file(self, folder: Path, name: str) -> Path:
        return folder / "commands" / f"{name}.py"

    def run(self, block: Block) -> None:
        """Run `manage.py NAME`."""
        from django.core import management

        commands = import_module(f"{PROJECT.commands}.management.commands")
        commands.__path__.append(str(block.file.parent))
        management.get_commands()[block.name] = PROJECT.commands
        management.execute_from_command_line(["manage.py", block.name])
