"""docs/missing-faults.md: what is so after each fault, as a table.

What is shown was measured: `evidence/measured/faults.json`, by `make measure`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from guide.measured import read_measured
from proof.lanes import LANES
from proof.showing.library import Library

FAULTS = {
    "worker-at-begin": (
        "worker killed before it notes that it has begun",
        "resumed",
    ),
    "worker-at-first-page": ("worker killed before the first page", "resumed"),
    "worker-between-pages": (
        "worker killed between two pages, seven pull requests saved",
        "resumed",
    ),
    "worker-in-step": (
        "worker killed inside a step's transaction",
        "the step rolls back; resumed",
    ),
    "worker-after-last-step": (
        "worker killed after the last step, before the count",
        "resumed",
    ),
    "worker-before-status": (
        "worker killed after the count, before the status",
        "resumed",
    ),
    "process-in-step": (
        "pool process killed inside a step's transaction",
        "the step rolls back; the message is requeued (`reject_on_worker_lost`)",
    ),
    "queue-refuses": (
        "Redis refuses the connection when the page queues the task",
        "the page says so; the requested run is committed, and resumed",
    ),
    "queue-is-gone": (
        "the queue's folder is gone when the page queues the task",
        "the page says so; the requested run is committed, and resumed",
    ),
    "database-in-step": (
        "database connection ended inside a step's transaction",
        "the step rolls back; a second attempt on a new connection",
    ),
    "database-between-steps": (
        "database connection ended between two steps",
        "a second attempt on a new connection",
    ),
    "database-held": (
        "another connection holds the repository's row for 2.5 s",
        "PostgreSQL waits; SQLite gives up after a second, and tries again",
    ),
    "host-slow": (
        "code host answers once after 7 s, the limit is 5 s",
        "a second attempt",
    ),
    "host-fails-page": ("code host fails once for the second page", "a second attempt"),
    "host-fails-list": (
        "code host fails once for one list of commits",
        "a second attempt",
    ),
    "host-fails-for-good": (
        "code host fails for that list until a user asks again",
        "four attempts, the status *error* with the reason; the next sync",
    ),
    "host-doubles": ("code host sends every item twice", "each key is saved once"),
    "asked-twice": (
        "two tasks for one repository, on two workers at the same time",
        "they take turns by the repository's row",
    ),
}
"""Each fault in words, and what brings the rows back."""


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page."""
    measured = read_measured("faults")
    return {"faults": "\n".join(_table(measured))}


def _table(measured: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    lanes = list(measured)
    names = [LANES[one].words for one in lanes]
    heads = ("What breaks", "What brings the rows back", *names)
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for name, words in FAULTS.items():
        cells = (_cell(measured[lane].get(name)) for lane in lanes)
        yield f"| {' | '.join([*words, *cells])} |"


def _cell(seen: Mapping[str, Any] | None) -> str:
    """Return rows lost, rows doubled, and the status."""
    if seen is None:
        return "has no server to lose"
    return f"{seen['lost']}, {seen['doubled']}, {seen['status']}"
