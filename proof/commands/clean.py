"""`proof clean`: remove what runs left behind that are no longer alive."""

import argparse
import shutil
from collections.abc import Iterator
from itertools import chain

from proof.commands import HOLDS
from proof.databases.workspace import left_behind
from proof.lanes import LANES


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options: it has none."""


def main(options: argparse.Namespace) -> int:
    """Remove the folders and the databases of dead runs, and say which."""
    on_servers = chain.from_iterable(lane.clean() for lane in LANES.values())
    removed = [*_folders(), *on_servers]
    for line in removed:
        print(line)
    if not removed:
        print("Nothing was left behind by a run.")
    return HOLDS


def _folders() -> Iterator[str]:
    for folder in left_behind():
        shutil.rmtree(folder, ignore_errors=True)
        yield f"removed: {folder}"
