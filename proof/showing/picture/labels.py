"""The short words of a picture: what fits into a mark, above it and below it."""

from proof.outcome import WRITES
from proof.showing.picture.shapes import Fate, Fold, Mark

EDGES = {
    "BEGIN": "BEGIN",
    "COMMIT": "COMMIT",
    "ROLLBACK": "ROLLBACK",
    "SAVEPOINT": "savepoint",
    "RELEASE": "release",
    "ROLLBACK TO SAVEPOINT": "rollback to",
}
"""Statements at which a transaction or a savepoint begins or ends."""
SAID: dict[Fate, str] = {
    "undone": "undone",
    "escaped": "stays",
    "missed": "changes no row",
    "open": "not committed",
    "failed": "fails",
    "landed": "fails, stays",
    "waits": "waits",
}
"""What is said of a statement besides its name."""
LONGEST = 11
NOTHING = "no statement"


def word(mark: Mark) -> str:
    """Return a statement's name."""
    return EDGES.get(mark.kind, mark.kind)


def about(mark: Mark) -> str:
    """Return the table without its app, and how often."""
    name = mark.table.partition("_")[2] or mark.table
    times = f"×{mark.times}" if mark.times > 1 else ""
    room = LONGEST - len(times) - bool(times)
    name = name if len(name) <= room else f"{name[: room - 1]}…"
    return f"{name} {times}".strip()


def shape(mark: Mark) -> str:
    """Return how a mark looks: the end of a bar, a write, or what only reads."""
    if mark.kind in EDGES:
        return "edge"
    return "write" if mark.kind in WRITES else "read"


def left_out(fold: Fold) -> tuple[str, str]:
    """Return how many statements a fold stands for, and of which kind if of one."""
    kinds = [kind for kind, _ in fold.kinds]
    return f"… {fold.count} more", EDGES.get(*kinds * 2) if len(kinds) == 1 else ""
