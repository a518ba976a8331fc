"""`proof write`: write the parts of committed files that are made from data."""

import argparse

from proof.commands import HOLDS, REFUTED
from proof.errors import ProofError
from proof.extract import ROOT
from proof.write import Written, written


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


def write(one: Written) -> None:
    """Write a file and say so."""
    one.path.write_text(one.after, "utf-8")
    print(f"written: {one.path.relative_to(ROOT)}")


def write_if_readable() -> None:
    """Write each file that differs, or say what keeps it from being written."""
    try:
        for one in [each for each in written() if each.differs]:
            write(one)
    except ProofError as error:
        print(f"{error}\n    Then: make write")
