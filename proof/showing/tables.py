"""Rows before and after, and the timeline of statements, as tables."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from markupsafe import Markup

from proof.example import Example
from proof.outcome import Change, Outcome, Row, Statement
from proof.showing.html import code, line_link, listed, table, tag
from proof.showing.picture.marks import BOOKKEEPING

SHOWN = 8
"""New or lost rows of one table that are shown in full; the others are counted."""


def rows_table(outcome: Outcome) -> Markup:
    """Return the rows that differ, or the sentence that there are none."""
    if not outcome.changes:
        return tag("p", "No row changed.")
    rows: list[Markup] = []
    for _, group in groupby(outcome.changes, lambda one: (one.table, _kind(one))):
        changes = list(group)
        rows.extend(row for change in changes[:SHOWN] for row in _change(change))
        if len(changes) > SHOWN:
            rows.append(_others(changes[SHOWN:]))
    return table("Rows before and after", ("row", "field", "before", "after"), rows)


def timeline(example: Example, outcome: Outcome) -> Markup:
    """Return every statement in order, or the sentence that there was none."""
    if not outcome.statements:
        return tag("p", "No statement reached the database.")
    heads = ("#", "line", "thread", "connection", "transaction", "statement")
    statements = [_in_short(one) for one in outcome.statements]
    marked = zip(statements, _transactions(statements), strict=True)
    rows, number = [], 1
    for (statement, mark), group in groupby(marked):
        times = len(list(group))
        rows.append(_statement(example, statement, mark, number, times))
        number += times
    return table("Statements in order", heads, rows)


def _in_short(statement: Statement) -> Statement:
    """Let Django's own bookkeeping look alike, so that it is one row."""
    if statement.line or statement.table not in BOOKKEEPING:
        return statement
    return replace(statement, kind="SELECT, INSERT", table=", ".join(BOOKKEEPING))


def _kind(change: Change) -> str:
    if change.before is None:
        return "new"
    return "deleted" if change.after is None else "changed"


def _change(change: Change) -> Iterator[Markup]:
    kind, name = _kind(change), f"{change.table} {change.pk}"
    if kind != "changed":
        yield _whole_row(name, f"{kind} row", change.after or change.before or {})
        return
    before, after = change.before or {}, change.after or {}
    fields = sorted({*before, *after})
    for number, field in enumerate(fields):
        first = tag("th", name, scope="rowgroup", rowspan=len(fields))
        cells = (tag("td", field), _cell(before.get(field)), _cell(after.get(field)))
        yield tag("tr", *((first, *cells) if number == 0 else cells))


def _whole_row(name: str, words: str, row: Row) -> Markup:
    fields = (code(f"{key}={_shown(value)}") for key, value in sorted(row.items()))
    said = Markup("{}: {}").format(tag("strong", words), listed(fields, last=", "))
    return tag("tr", tag("th", name, scope="row"), tag("td", said, colspan=3))


def _others(changes: list[Change]) -> Markup:
    words = f"and {len(changes)} more {_kind(changes[0])} rows"
    return tag(
        "tr", tag("th", changes[0].table, scope="row"), tag("td", words, colspan=3)
    )


def _cell(value: Any) -> Markup:
    return tag("td", code(_shown(value)))


def _shown(value: Any) -> str:
    if value is None:
        return "NULL"
    return repr(value) if value == "" else str(value)


def _transactions(statements: Iterable[Statement]) -> Iterator[str]:
    """Yield the mark of each statement: where its transaction begins and ends.

    The kinds tell, not the recorded state: at its COMMIT, Django no longer counts a
    transaction as open.
    """
    inside: set[str] = set()
    for one in statements:
        if one.kind == "BEGIN":
            inside.add(one.connection)
            yield "┌ begins"
        elif one.kind in ("COMMIT", "ROLLBACK") and one.connection in inside:
            inside.discard(one.connection)
            yield "└ commits" if one.kind == "COMMIT" else "└ rolls back"
        elif one.connection in inside or one.transaction == "open":
            yield "│ inside"
        else:
            yield one.transaction


def _statement(
    example: Example, one: Statement, mark: str, number: int, times: int
) -> Markup:
    what = code(f"{one.kind} {one.table}".strip())
    if times > 1:
        what = Markup("{} × {}").format(what, times)
    if one.failed:
        what = Markup("{} {}").format(what, tag("strong", "failed"))
    numbers = str(number) if times == 1 else f"{number}–{number + times - 1}"
    return tag(
        "tr",
        tag("th", numbers, scope="row"),
        tag("td", line_link(example, one.line)),
        tag("td", one.thread),
        tag("td", one.connection),
        tag("td", mark),
        tag("td", what),
    )
