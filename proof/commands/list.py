"""`proof list`: the examples, a line each."""

import argparse
from collections.abc import Iterable

from proof.commands import HOLDS
from proof.example import Example
from proof.places import PLACES
from proof.reading.choose import choose
from proof.reading.extract import extract


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("names", nargs="*", metavar="PAGE|ID|PAGE.md:LINE")
    parser.add_argument("--place", choices=PLACES, help="only examples that run there")


def main(options: argparse.Namespace) -> int:
    """Print the examples that are asked for."""
    chosen = [
        example
        for example in choose(options.names, extract())
        if options.place in (None, example.place)
    ]
    width = max((len(example.id) for example in chosen), default=0)
    for example in chosen:
        print(f"{example.id:<{width}}  {example.place:<8} {_claims(example)}")
    return HOLDS


def _claims(example: Example) -> str:
    kinds = _unique(claim.kind for claim in example.claims)
    return f"{'✅' if example.good else '❌'} {kinds}  {example.path}:{example.start}"


def _unique(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))
