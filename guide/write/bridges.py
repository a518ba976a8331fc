"""The tables of bridges in docs/start.md: each cell's words come from the evidence."""

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from proof.errors import MarkdownError
from proof.example import Example, lane_order
from proof.outcome import Outcome, Statement
from proof.project import ROOT
from proof.showing.library import Library

DATA = ROOT / "guide" / "data" / "bridges.toml"
HEAD = (
    "| Bridge | In | Thread | Connection | Caller's transaction? | Left open |",
    "|---|---|---|---|---|---|",
)
ROLES = {
    "main thread": "the main thread",
    "request's thread": "the request's",
    "sync_to_async thread": "asgiref's own",
    "pool thread": "one of an executor",
    "own thread": "one of its own",
}
UNKNOWN = "–"
"""Stands where the evidence of an example says nothing."""
Cells = tuple[str, str, str, str]


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page."""
    data = tomllib.loads(DATA.read_text("utf-8"))
    return {
        name: "\n".join(
            [*HEAD, *(row for one in data[name] for row in _rows(one, known))]
        )
        for name in ("into", "out")
    }


def cells(outcome: Outcome, inner: Sequence[int]) -> Cells:
    """Return thread, connection, transaction, and what is left open.

    `inner` holds the lines of the function on the other side of the bridge.
    """
    sent = outcome.statements
    inside = [one for one in sent if one.line in inner]
    outside = [one for one in sent if one.line not in inner]
    return (
        _thread(inside, outside),
        _connection(inside, outside),
        _transaction(inside, outside),
        f"it hangs: {outcome.hang.reason}" if outcome.hang else str(outcome.left),
    )


def lines_of(code: str, name: str) -> range | None:
    """Return the lines of a function of a block."""
    for node in ast.walk(ast.parse(code)):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name == name
        ):
            return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return None


def _rows(bridge: Mapping[str, Any], known: Library) -> Iterator[str]:
    for row in bridge["rows"]:
        example = known.by_id.get(row["example"])
        inner = lines_of(example.code, row["inside"]) if example else None
        if example is None or inner is None:
            raise MarkdownError(
                "guide/data/bridges.toml",
                1,
                f"no function {row['inside']} in an example {row['example']}",
                "Name an example and a function of its block.",
            )
        for shown, lanes in _alike(example, known, inner, row.get("under", ())).items():
            place = f"[{_place(example, lanes)}]({example.page}.md#{example.id})"
            yield f"| {bridge['bridge']} | {place} | {' | '.join(shown)} |"


def _alike(
    example: Example, known: Library, inner: range, under: Sequence[str]
) -> dict[Cells, list[str]]:
    """Return the lanes that show the same cells together."""
    found: dict[Cells, list[str]] = {}
    outcomes = known.outcomes(example)
    for lane in sorted(outcomes, key=lane_order):
        if not under or lane.partition("/")[2] in under:
            found.setdefault(cells(outcomes[lane], inner), []).append(lane)
    return found


def _place(example: Example, lanes: Iterable[str]) -> str:
    names = dict.fromkeys(lane.partition("/")[2] for lane in lanes)
    return f"{example.place}" + f" ({', '.join(names)})" * any(names)


def _thread(inside: Sequence[Statement], outside: Sequence[Statement]) -> str:
    roles = {one.thread for one in inside}
    if not roles:
        return UNKNOWN
    if outside and roles <= {one.thread for one in outside}:
        return "the caller's"
    return " and ".join(sorted(ROLES[role.rpartition(", ")[2]] for role in roles))


def _connection(inside: Sequence[Statement], outside: Sequence[Statement]) -> str:
    if not inside or not outside:
        return UNKNOWN
    used = {one.connection for one in inside}
    return "the caller's" if used <= {one.connection for one in outside} else "another"


def _transaction(inside: Sequence[Statement], outside: Sequence[Statement]) -> str:
    begun = {one.connection for one in outside if one.kind == "BEGIN"}
    if not inside or not begun:
        return UNKNOWN
    within = all(
        one.connection in begun and one.transaction == "open" for one in inside
    )
    return "yes" if within else "no"
