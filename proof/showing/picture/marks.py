"""Statements as marks: those that are alike and follow each other are one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from proof.outcome import Outcome, Statement
from proof.showing.picture.shapes import Fate, Mark, Row
from proof.showing.picture.spans import Span, fates_of

CHECK, CHECKS = "check", ("PRAGMA", "SET")
"""How Django has a database check its constraints at the end of a test."""


BOOKKEEPING = ("auth_permission", "django_content_type")
"""Tables that Django fills for itself when a database is made, or emptied by a test."""
DJANGO = ("Django", "own rows")
"""How its work on those is drawn, in as many statements as it may come."""


def rows_of(outcome: Outcome) -> list[Row]:
    """Return a row for each thread with each of its connections."""
    return [*dict.fromkeys(map(_row, outcome.statements))]


def marks_of(
    outcome: Outcome, spans: Sequence[Span], rows: Sequence[Row]
) -> tuple[list[Mark], list[int]]:
    """Return the marks of a picture without limits, and each statement's mark."""
    fates = fates_of(outcome, spans)
    alike = [
        _alone(rows.index(_row(one)), one, fate)
        for one, fate in zip(outcome.statements, fates, strict=True)
    ]
    marks: list[Mark] = []
    numbers: list[int] = []
    for mark, group in groupby(alike):
        sent = len([*group])
        numbers += [len(marks)] * sent
        times = 1 if mark.kind in (CHECK, DJANGO[0]) else sent
        marks.append(replace(mark, times=times, sent=sent))
    return marks, numbers


def in_one_process(outcome: Outcome) -> Outcome:
    """Return the outcome without the name of its process, if there is one alone.

    A block does the same in a command and in a worker; its picture is the same, too.
    """
    processes = {one.thread.rpartition(", ")[0] for one in outcome.statements}
    if len(processes) != 1:
        return outcome
    statements = (
        replace(one, thread=one.thread.rpartition(", ")[2])
        for one in outcome.statements
    )
    return replace(outcome, statements=tuple(statements))


def _row(one: Statement) -> Row:
    return Row(one.thread, one.connection)


def _alone(row: int, one: Statement, fate: Fate) -> Mark:
    """Return the mark of a statement; how Django sends its own differs by database."""
    if not one.line and one.kind in CHECKS:
        return Mark(0, row, CHECK, "", 0)
    if not one.line and one.table in BOOKKEEPING and not one.failed:
        return Mark(0, row, *DJANGO, 0)
    return Mark(0, row, one.kind, one.table, one.line, fate)
