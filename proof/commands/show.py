"""`proof show`: what was seen of one example, in the terminal."""

import argparse
import json
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from proof.claims.versions import HERE, Edition
from proof.claims.wording import stalled
from proof.commands import HOLDS, REFUTED
from proof.example import Example
from proof.examples import kin_of
from proof.judging.check import MISSING, STALE, check
from proof.judging.judge import judge
from proof.keeping.evidence import load
from proof.outcome import Outcome, Row, to_json
from proof.reading.choose import one
from proof.reading.extract import extract
from proof.running.run import LANES, run
from proof.showing.picture.draw import picture_of
from proof.showing.picture.text import text


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("name", metavar="ID|PAGE.md:LINE")
    parser.add_argument(
        "--run", action="store_true", help="run it now instead of showing the evidence"
    )
    parser.add_argument("--lane", action="append", choices=LANES, help="only this lane")


def main(options: argparse.Namespace) -> int:
    """Show one example's claims, and in each lane its outcome, timeline and rows."""
    examples = extract()
    example = one(options.name, examples)
    console = Console(highlight=False, soft_wrap=True)
    _head(console, example)
    lanes = options.lane or LANES
    if options.run:
        report = run([example], examples, lanes)
        outcomes = report.of(example.id)
        for lane, reason in report.left_out.items():
            console.print(f"{lane}: did not run: {reason}", markup=False)
        for (_, lane), reason in report.unmet.items():
            console.print(f"{lane}: did not run: {reason}", markup=False)
        refuted = check(report, examples).refuted
    else:
        outcomes = _recorded(console, example, lanes)
        refuted = ()
    edition = HERE if options.run else _shown(example)
    for names, outcome in _alike(outcomes):
        _outcome(console, names, example, examples, outcome, edition)
    return REFUTED if refuted or not outcomes else HOLDS


def _recorded(
    console: Console, example: Example, lanes: Iterable[str]
) -> dict[str, Outcome]:
    evidence = load().get(example.id)
    if evidence is None or not evidence.outcomes:
        console.print(f"{MISSING}. Run it now: --run; record it: make record")
        return {}
    if not evidence.fits(example):
        console.print(f"{STALE}. Run it now: --run; record it: make record")
    seen = evidence.of(HERE) or evidence.outcomes
    return {k: v for k, v in seen.items() if k.partition("/")[0] in lanes}


def _shown(example: Example) -> Edition:
    """Return the edition of which something is recorded: this one, or another."""
    evidence = load().get(example.id)
    return HERE if evidence is None or evidence.of(HERE) else evidence.edition


def _head(console: Console, example: Example) -> None:
    console.print(Text(example.title, "bold"))
    twin = f", twin: {example.twin}" if example.twin else ""
    console.print(f"{example}  id: {example.id}, place: {example.place}{twin}")
    console.print(
        Syntax(example.code.rstrip(), "python", line_numbers=True, word_wrap=True)
    )


def _alike(outcomes: Mapping[str, Outcome]) -> list[tuple[str, Outcome]]:
    """Return the outcomes, those that differ in nothing but the lane only once."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes.values():
        facts = to_json(outcome) | {"lane": ""}
        groups.setdefault(json.dumps(facts, sort_keys=True), []).append(outcome)
    return [(", ".join(o.lane for o in same), same[0]) for same in groups.values()]


def _outcome(
    console: Console,
    lanes: str,
    example: Example,
    examples: Iterable[Example],
    outcome: Outcome,
    edition: Edition,
) -> None:
    console.rule(Text(lanes), align="left")
    verdict = judge(example, outcome, kin_of(example, examples), edition)
    console.print("holds" if verdict.holds else str(verdict), markup=False)
    for line in _facts(outcome):
        console.print(line, markup=False)
    console.print(Text(text(picture_of(outcome))))
    if outcome.statements:
        console.print(_timeline(outcome))
    if outcome.changes:
        console.print(_rows(outcome))
    else:
        console.print("rows: none differs from before")


def _facts(outcome: Outcome) -> Iterable[str]:
    yield f"end: {outcome.end}"
    if outcome.raised:
        raised = outcome.raised
        yield f"raised at line {raised.line}: {raised.type}: {raised.message}"
    if outcome.hang:
        hang = outcome.hang
        yield f"hangs at line {hang.line}: {hang.reason} ({hang.where})"
    for warned in outcome.warnings:
        yield f"warned at line {warned.line}: {warned.category}: {warned.text}"
    for error in outcome.heard:
        yield f"logged as an error: {error}"
    if outcome.stalls:
        yield stalled(outcome.stalls)
    if outcome.printed:
        yield "\n    ".join(["printed:", *outcome.printed])
    yield f"left open: {outcome.left}"
    for question, answer in outcome.answers.items():
        yield f"{answer} from outside: {question}"


def _timeline(outcome: Outcome) -> Table:
    table = _table("line", "thread", "connection", "transaction", "statement")
    for seen in outcome.statements:
        said = f"{seen.kind} {seen.table}".strip() + (" FAILED" if seen.failed else "")
        line = str(seen.line or "")
        cells = (line, seen.thread, seen.connection, seen.transaction, said)
        table.add_row(*map(Text, cells))
    return table


def _rows(outcome: Outcome) -> Table:
    table = _table("table", "row", "before", "after")
    for change in outcome.changes:
        cells = (change.table, str(change.pk), _row(change.before), _row(change.after))
        table.add_row(*map(Text, cells))
    return table


def _row(row: Row | None) -> str:
    if row is None:
        return "no row"
    return "\n".join(f"{name}: {value}" for name, value in row.items())


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
