"""The table of faults of the members sync, from what was measured."""

from collections.abc import Mapping
from typing import Any

from guide.measured import read_measured
from proof.showing.library import Library

BACK = {
    "nothing": "–",
    "two clicks": "one UPDATE with a condition, one run",
    "the message sent twice": "the second message finds the run ended",
    "the queue down at the first click": "the page says so; a second click",
    "a process of the pool killed": "the message is requeued",
    "the whole worker killed": "no heartbeat, so the run is over; a second click",
    "the database connection ended": "another attempt, on a new connection",
    "a page of the code host after the time-out": "another attempt",
    "a page fails once": "another attempt",
    "a page fails until the second click": "three attempts, then the page says why",
    "each member sent twice": "each login is kept once",
}
"""What brings the members back, by how the fault's name begins."""
HEAD = (
    "| What breaks | What brings the members back | SQLite | PostgreSQL |",
    "|---|---|---|---|",
)
Seen = Mapping[str, Any]


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page of the members sync."""
    return {"faults": table(read_measured("members"))}


def table(measured: Mapping[str, Mapping[str, Seen]]) -> str:
    """Return a row for each fault, with what each lane saw."""
    rows = [_row(fault, measured) for fault in measured["postgresql"]]
    return "\n".join([*HEAD, *rows])


def _row(fault: str, measured: Mapping[str, Mapping[str, Seen]]) -> str:
    back = next(BACK[name] for name in BACK if fault.startswith(name))
    cells = (_cell(measured[lane].get(fault)) for lane in ("sqlite", "postgresql"))
    return f"| {' | '.join([fault, back, *cells])} |"


def _cell(seen: Seen | None) -> str:
    if seen is None:
        return "has no server to lose"
    statuses = ", then ".join(seen["statuses"])
    return f"{seen['lost']}, {seen['doubled']}, {statuses}"
