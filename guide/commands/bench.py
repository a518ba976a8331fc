"""`proof bench`: what an example costs here, in a new interpreter, and in-process."""

import argparse
import platform
import tempfile
from pathlib import Path

from guide.bench.peer import with_pytest_django
from guide.bench.runs import (
    Cost,
    blocks,
    in_process,
    interpreters,
    prepared,
    this_runner,
)
from guide.bench.site import site
from proof.commands import HOLDS, count
from proof.running.run import cores, default_jobs

GROWING = (500, 1000, 2000)
"""Numbers of blocks for which the cost of one is shown."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--blocks",
        type=count,
        default=200,
        metavar="N",
        help="how many blocks to generate (default: %(default)s)",
    )


def main(options: argparse.Namespace) -> int:
    """Measure the three ways and print them side by side."""
    examples = blocks(options.blocks)
    n = len(examples)
    print(
        f"{n} generated commands, each with ORM reads and a write through run_async, "
        "on a fresh SQLite file.\n"
        f"Python {platform.python_version()}, {cores()} cores. "
        "Milliseconds an example, all processes and their start included.\n"
    )
    print(f"{'':<24}{'wall':>8}{'CPU':>8}{'blocks/s':>10}{'at a time':>11}")
    with tempfile.TemporaryDirectory(prefix="proof-bench-") as name:
        folder = Path(name)
        prepared(folder, examples)
        start = this_runner(examples[: default_jobs()])
        ours = this_runner(examples)
        _row("this runner", ours, n, default_jobs())
        each = interpreters(examples, folder)
        _row("a new interpreter each", each, n, cores())
        _row("plain, in one process", in_process(examples, folder), n, 1)
        peer = with_pytest_django(examples, folder)
        _row("pytest-django", peer, n, 1)
    print(
        "\npytest-django: pytest-examples, each block in a test of transaction=True. "
        f"This runner\ntakes {ours.wall / peer.wall:.2f} times its wall time and "
        f"{ours.cpu / peer.cpu:.2f} times its CPU.\n"
        f"CPU of a new interpreter each / this runner: {each.cpu / ours.cpu:.1f}\n"
        f"Start and end of this runner: {start.wall:.2f} s wall, {start.cpu:.2f} s CPU "
        f"(a run of {default_jobs()} blocks); of its row\nthat is "
        f"{_each(start.wall, n)} ms wall and {_each(start.cpu, n)} ms CPU."
    )
    _says_how_it_grows()
    _says_what_evidence_costs()
    return HOLDS


def _says_how_it_grows() -> None:
    print("\nMilliseconds an example, by how many there are:")
    print(f"{'':<24}{'wall':>8}{'CPU':>8}{'blocks/s':>10}{'at a time':>11}")
    for number in GROWING:
        _row(f"{number} blocks", this_runner(blocks(number)), number, default_jobs())


def _says_what_evidence_costs() -> None:
    with_, without = site()
    print(
        f"\nThe site's build: {with_.wall:.1f} s with evidence, {without.wall:.1f} s "
        f"without, {with_.wall / without.wall:.2f} times as long."
    )


def _row(name: str, cost: Cost, blocks: int, at_a_time: int) -> None:
    wall, cpu = _each(cost.wall, blocks), _each(cost.cpu, blocks)
    rate = round(blocks / cost.wall)
    print(f"{name:<24}{wall:>8}{cpu:>8}{rate:>10}{at_a_time:>11}", flush=True)


def _each(seconds: float, blocks: int) -> str:
    return f"{seconds * 1000 / blocks:.1f}"
