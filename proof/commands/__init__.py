"""The commands of `python -m proof`. A new one is a module here and a line below.

A project may have more: `more-commands` of its `[tool.proof]` names a module with such
a table, `COMMANDS`. One of a name that stands here takes its place.

A module says in `add(parser)` which options it takes, and does its work in
`main(options)`, which returns the exit code.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from proof.errors import ProjectError


@dataclass(frozen=True)
class Listed:
    """A command as `--help` lists it, and the module that does its work."""

    module: str
    sentence: str

    def load(self) -> "Command":
        """Import and return the module."""
        return cast(Command, import_module(self.module))


Commands = Mapping[str, Listed]
"""The commands of a package, by name."""
COMMANDS: Commands = {
    name: Listed(f"{__name__}.{name}", sentence)
    for name, sentence in (
        ("run", "run examples, judge them, and hold them against the evidence"),
        ("record", "run examples and record what was seen"),
        ("list", "list the examples: id, place, claims and address"),
        ("show", "show what was seen of one example"),
        ("clean", "remove what runs left behind that are no longer alive"),
    )
}

HOLDS, REFUTED, USAGE, NO_LANE = 0, 1, 2, 3

EXIT_CODES = """\
exit codes:
  0    everything holds, and is as recorded
  1    a claim is refuted, or a run is not as recorded
  2    a page, the evidence or an option cannot be read, or a name is unknown
  3    a lane that --lane asks for cannot run, or a lane or the run broke half-way
  130  interrupted (143: told to end)
"""


class Command(Protocol):
    """What a module in this package provides."""

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's options."""

    def main(self, options: argparse.Namespace) -> int:
        """Do the work and return the exit code."""


def commands() -> Commands:
    """Return the package's commands and the project's, if this is one."""
    try:
        from proof.project import PROJECT
    except ProjectError:  # Which the command says, unless only help is asked for.
        return COMMANDS
    more = PROJECT.more_commands
    return {**COMMANDS, **(import_module(more).COMMANDS if more else {})}


def positive(text: str) -> float:
    """Read an option that is a number above zero."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


def count(text: str) -> int:
    """Read an option that is a whole number above zero."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above zero")
    return int(text)
