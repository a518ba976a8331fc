"""Five probes: each reads the notes of one run and answers with a few words.

They are asked in order. The first answer that is not the usual one is where to look.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Note = Mapping[str, Any]
LISTS = ("commits", "files")
TABLES = ("commit", "pullrequestfile")
PARENTS = "pullrequest"
UNWATCHED = "not watched, as that needs Python 3.12"
"""What is answered of steps where Python cannot tell."""


@dataclass(frozen=True)
class Probe:
    """A question, the answer of a run in which all is well, and how it is answered."""

    name: str
    question: str
    usual: str
    read: Callable[[list[Note]], str]


def last_attempt(notes: list[Note]) -> Mapping[str, Any]:
    """Return the record of the last attempt that ended."""
    ended = [one["record"] for one in notes if one["stage"] == "ended"]
    return ended[-1] if ended else {}


def of_worker(notes: list[Note]) -> str:
    """Answer whether the task ran, from this code, at the right time."""
    record = last_attempt(notes)
    if not record:
        began = any(one["stage"] == "started" for one in notes)
        return "begun, not ended" if began else "queued, not begun"
    if record["changed"]:
        return "older than its code"
    if any(one["in_transaction"] for one in notes if one["stage"] == "queued"):
        return "queued before the commit"
    if record["state"] != "SUCCESS":
        return "failed"
    return "succeeded"


def of_host(notes: list[Note]) -> str:
    """Answer what the code host said when it was asked for the children."""
    record = last_attempt(notes)
    refused = [one for one in record.get("refused", {}) if one.startswith(LISTS)]
    if refused:
        return f"no answer ({refused[0].partition(': ')[2]})"
    answers, items = record.get("answers", {}), record.get("items", {})
    if not any(answers.get(one) for one in LISTS):
        return "not asked"
    if not any(items.get(one) for one in LISTS):
        return "empty lists"
    return "whole lists"


def of_steps(notes: list[Note]) -> str:
    """Answer whether each step that was called was begun, and how it ended."""
    if not hasattr(sys, "monitoring"):
        return UNWATCHED
    return next(_of_steps(last_attempt(notes)), "ended")


def _of_steps(record: Mapping[str, Any]) -> Iterator[str]:
    begun = record.get("begun", {})
    for one in record.get("caught", {}):
        yield f"caught {one}"
    for name in record.get("called", {}):
        kind = record["kinds"].get(name)
        if kind != "function" and not begun.get(name):
            yield f"{name} is a {kind}, and was not begun"
    for one in record.get("left", {}):
        name, _, error = one.partition(": ")
        if record["state"] == "SUCCESS":
            how = "cancelled" if error == "CancelledError" else f"left by {error}"
            yield f"{name} was {how}"
        else:
            yield f"raised {error}"
    if not any(begun.get(name) for name in ("save_commits", "save_children")):
        yield "not called"


def of_statements(notes: list[Note]) -> str:
    """Answer which statements were sent for the children, else for the parents."""
    record = last_attempt(notes)
    sent, taken = record.get("statements", {}), record.get("taken", {})
    inserts = [f"INSERT {table}" for table in TABLES]
    if any(sent.get(f"UPDATE {table}") for table in TABLES):
        return "INSERT, and UPDATE over it"
    if any(sent.get(one) for one in inserts):
        return (
            "INSERT" if any(taken.get(one) for one in inserts) else "INSERT of 0 rows"
        )
    if not sent.get(f"INSERT {PARENTS}"):
        return "none, and none for the parents"
    order = record["order"]
    last = len(order) - 1 - order[::-1].index(f"INSERT {PARENTS}")
    read_again = f"SELECT {PARENTS}" in order[last:]
    return "none; parents read once more" if read_again else "none"


def of_commit(notes: list[Note]) -> str:
    """Answer how the transactions ended, and over how many connections."""
    record = last_attempt(notes)
    endings = record.get("endings", {})
    if len(record.get("connections", ())) > 1:
        return "two connections"
    if endings.get("rollback to savepoint"):
        return "rolled back to a savepoint"
    return "rolled back" if endings.get("rollback") else "committed"


PROBES = (
    Probe(
        "worker",
        "Did the task run, with current code, after the commit?",
        "succeeded",
        of_worker,
    ),
    Probe("host", "Did the code host list the children?", "whole lists", of_host),
    Probe("steps", "Did each step start and end?", "ended", of_steps),
    Probe(
        "statements", "Was an INSERT sent for the children?", "INSERT", of_statements
    ),
    Probe(
        "commit",
        "Was it committed, over the same connection?",
        "committed",
        of_commit,
    ),
)
