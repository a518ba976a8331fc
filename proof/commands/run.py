"""`proof run`: run examples, judge them, and hold them against the evidence."""

import argparse
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from proof.commands import HOLDS, NO_LANE, REFUTED, count, positive
from proof.commands.progress import Watch
from proof.example import Example
from proof.judging.check import Check, check, verdict_on
from proof.judging.summary import (
    by_place,
    in_numbers,
    lane_lines,
    titled,
    write_summary,
)
from proof.keeping.evidence import load
from proof.reading.choose import choose
from proof.reading.extract import extract
from proof.report import Report
from proof.running.messages import LIMIT
from proof.running.run import LANES, default_jobs, run


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_choice(parser)
    parser.add_argument(
        "--no-evidence",
        action="store_true",
        help="do not hold the run against what is recorded",
    )
    parser.add_argument(
        "--summary",
        type=Path,
        metavar="FILE",
        help="also write the counts of each lane there, as JSON",
    )


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add what any command that runs examples takes."""
    parser.add_argument(
        "names",
        nargs="*",
        metavar="PAGE|ID|PAGE.md:LINE",
        help="what to run; everything without a name",
    )
    parser.add_argument(
        "--lane",
        action="append",
        choices=LANES,
        help="run in this lane, and fail if it cannot run; may be given twice",
    )
    parser.add_argument(
        "--jobs",
        type=count,
        default=default_jobs(),
        metavar="N",
        help="examples at a time, in all lanes together (default: %(default)s)",
    )
    parser.add_argument(
        "--limit",
        type=positive,
        default=LIMIT,
        metavar="SECONDS",
        help="seconds that an example may take (default: %(default)g)",
    )


def main(options: argparse.Namespace) -> int:
    """Run what is chosen and say what it comes to."""
    examples = extract()
    chosen = choose(options.names, examples)
    recorded = None if options.no_evidence else load()
    started = time.monotonic()
    checked = check(go(chosen, examples, options), examples, recorded)
    say(checked, time.monotonic() - started)
    if options.summary is not None:
        write_summary(options.summary, checked)
    return exit_code(checked, options.lane or ())


def go(
    chosen: Sequence[Example],
    examples: Sequence[Example],
    options: argparse.Namespace,
) -> Report:
    """Run the chosen examples and show how it goes."""
    with Watch(len(chosen)) as watch:
        return run(
            chosen,
            examples,
            options.lane or LANES,
            jobs=options.jobs,
            limit=options.limit,
            progress=lambda outcome: watch.saw(verdict_on(outcome, examples)),
        )


def say(checked: Check, seconds: float) -> None:
    """Print what is not as recorded, then each lane, then the time by place."""
    for text in _unlike(checked):
        print(text)
    numbers = in_numbers(checked)
    print(f"\nPython {numbers['python']}, Django {numbers['django']}")
    for line in lane_lines(numbers):
        print(line)
    print(titled("time", f"{seconds:.1f} s; {by_place(checked)}"))


def exit_code(checked: Check, asked: Iterable[str]) -> int:
    """Return the exit code that a run comes to."""
    if checked.refuted or checked.unlike:
        return REFUTED
    if checked.report.lost or set(asked) & set(checked.report.left_out):
        return NO_LANE
    return HOLDS


def _unlike(checked: Check) -> Iterator[str]:
    """Yield what differs in full, and the rest in a line each."""
    lanes: dict[tuple[Example, str], list[str]] = {}
    for one in checked.unlike:
        if one.lines:
            yield str(one)
        else:
            lanes.setdefault((one.example, one.why), []).append(one.lane)
    for (example, why), names in lanes.items():
        yield f"{example} [{', '.join(names)}] {why}"
    if lanes:
        yield "    next:    make record"
