"""`proof record`: run examples and record what was seen, unless a claim is refuted."""

import argparse
import time

from proof.commands import REFUTED
from proof.commands.run import add_choice, exit_code, go, say
from proof.judging.check import check
from proof.keeping.changes import changes
from proof.keeping.evidence import load, save
from proof.reading.choose import choose
from proof.reading.extract import extract


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_choice(parser)


def main(options: argparse.Namespace) -> int:
    """Run what is chosen and write its evidence; a refuted run changes no file."""
    examples = extract()
    before = load()  # Evidence that cannot be trusted is told of before the run.
    chosen = choose(options.names, examples)
    started = time.monotonic()
    checked = check(go(chosen, examples, options), examples)
    say(checked, time.monotonic() - started)
    if checked.refuted:
        print(f"Nothing is recorded: {len(checked.refuted)} refuted, see above.")
        return REFUTED
    changed = save(examples, checked.report.outcomes)
    print()
    for line in changes(examples, before, load()):
        print(line)
    for path in changed:
        print(f"{'written' if path.exists() else 'removed'}: {path}")
    if not changed:
        print("The evidence was already so: no file changed.")
    return exit_code(checked, options.lane or ())
