"""The commands of `python -m proof`. A new one is a module here and a line below.

A module says in `add(parser)` which options it takes, and does its work in
`main(options)`, which returns the exit code.
"""

import argparse
from importlib import import_module
from typing import Protocol, cast

COMMANDS = {
    "run": "run examples, judge them, and hold them against the evidence",
    "record": "run examples and record what was seen",
    "write": "write the parts of files that are made from data",
    "list": "list the examples: id, place, claims and address",
    "show": "show what was seen of one example",
    "serve": "run what changed and serve the site, for writing",
    "demo": "run the example project: a server, a worker, a database to try it with",
    "bench": "measure what running an example costs",
    "clean": "remove what runs left behind that are no longer alive",
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


def command(name: str) -> Command:
    """Return the module of a command."""
    return cast(Command, import_module(f"proof.commands.{name}"))


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
