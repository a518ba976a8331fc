"""`proof record`: record what was seen, then write the pages that are made of it."""

import argparse

from guide.write import write_if_readable
from proof.commands import REFUTED, record

add = record.add


def main(options: argparse.Namespace) -> int:
    """Run and record what is chosen, and write each file that differs then."""
    code = record.main(options)
    if code != REFUTED:
        write_if_readable()
    return code
