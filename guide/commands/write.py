"""`proof write`: write the parts of committed files that are made from data."""

import argparse

from guide.write import write, written
from proof.commands import HOLDS, REFUTED


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing, say what differs"
    )


def main(options: argparse.Namespace) -> int:
    """Write each file that differs, and say which; with --check only say it."""
    differing = [one for one in written() if one.differs]
    for one in differing:
        if options.check:
            print(one)
        else:
            write(one)
    if not differing:
        print("Every file is as it would be written.")
    return REFUTED if options.check and differing else HOLDS
