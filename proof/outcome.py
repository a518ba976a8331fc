"""Everything seen in one run of one example in one lane."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from proof.serialize import facts, made

Row = Mapping[str, Any]
BOUNDARIES = ("BEGIN", "COMMIT", "ROLLBACK")
"""Kinds that begin or end a transaction; drivers send them in different ways."""
WRITES = ("INSERT", "UPDATE", "DELETE")
LOCK_WAIT = "lock wait"
"""The one reason for a hang that only the database knows."""
DEAD_EXECUTOR = "dead executor thread"
SLEEPING_LOOP = "sleeping loop"
THREAD_NEVER_ENDS = "thread never ends"
BUSY = "busy"
"""No reason: it may end yet."""
SLOW = "slow call"
"""No reason either, and nothing that can be claimed: it goes on at a time."""
REASONS = (LOCK_WAIT, DEAD_EXECUTOR, SLEEPING_LOOP, THREAD_NEVER_ENDS, BUSY)
"""Why an example does not end."""


@dataclass(frozen=True)
class Raised:
    """The exception that ended the example; `line` is the block's, 0 if not in it.

    `imitates` says in which way it is not what its type's name says.
    """

    type: str
    message: str
    line: int
    imitates: str = ""


@dataclass(frozen=True)
class Warned:
    """A Python or Django warning; `line` is the block's, 0 if not in it.

    `imitates` says in which way it is not what its category says.
    """

    category: str
    text: str
    line: int
    imitates: str = ""


@dataclass(frozen=True)
class Statement:
    """One statement sent to the database, or the beginning or end of a transaction.

    `thread` is the role of the thread, `connection` its number in order of opening,
    `transaction` the state in which it ran, `line` the block's line that caused it.
    """

    thread: str
    connection: str
    transaction: str
    kind: str
    table: str
    line: int
    failed: bool = False


@dataclass(frozen=True)
class Change:
    """One row that differs: `before` is None for a new row, `after` for a lost one."""

    table: str
    pk: int | str
    before: Row | None
    after: Row | None


@dataclass(frozen=True)
class Hang:
    """Why an example did not end: its reason and the block's line where it stood."""

    reason: str
    line: int
    where: str


@dataclass(frozen=True)
class Left:
    """What was still open when the place was done, beyond what the place closes."""

    connection: int = 0
    descriptor: int = 0
    thread: int = 0
    loop: int = 0
    task: int = 0

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    def __str__(self) -> str:
        parts = [
            f"{number} {kind}{'' if number == 1 else 's'}"
            for kind, number in sorted(asdict(self).items())
            if number
        ]
        return ", ".join(parts) or "nothing"


@dataclass(frozen=True)
class Outcome:
    """Everything seen in one run of one example in one lane.

    `end` is "returned", "raised", "hung", or how else the process went, such as
    "exited with 0 before the example was done" or "killed by SIGKILL". `answers`
    holds each expression of the example and its twins with what it was from outside:
    true, false, or why it has no answer; `before` those that were not false of the
    untouched database. `in_flight` is, where a claim asks for it, the largest number of
    statements under way at once, and `together` that of threads or tasks of the block
    that were; `stalls` the block's lines at which an event loop
    stood still for half a second. `heard` is what a ✅ must not have: each record of a
    log at ERROR and each exception that Python could raise nowhere.
    """

    example: str
    lane: str
    end: str
    raised: Raised | None = None
    hang: Hang | None = None
    printed: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()
    answers: Mapping[str, bool | str] = field(default_factory=dict)
    before: Mapping[str, bool | str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    statements: tuple[Statement, ...] = ()
    in_flight: int = 0
    together: int = 0
    stalls: tuple[int, ...] = ()
    heard: tuple[str, ...] = ()
    left: Left = Left()

    def rolled_back(self) -> frozenset[str]:
        """Return the tables that a transaction wrote and then rolled back."""
        wrote: dict[str, set[str]] = {}
        found: set[str] = set()
        for one in self.statements:
            if one.kind in WRITES:
                wrote.setdefault(one.connection, set()).add(one.table)
            elif one.kind == "COMMIT":
                wrote.pop(one.connection, None)
            elif one.kind.startswith("ROLLBACK"):
                found |= wrote.get(one.connection, set())
        return frozenset(found)

    def escaped(self) -> frozenset[str]:
        """Return the tables written while another connection's transaction was open.

        Only of such a transaction that rolled back in the end.
        """
        open_: dict[str, set[str]] = {}
        found: set[str] = set()
        for one in self.statements:
            if one.kind in WRITES:
                for connection in open_.keys() - {one.connection}:
                    open_[connection].add(one.table)
            elif one.kind == "BEGIN":
                open_[one.connection] = set()
            elif one.kind == "COMMIT":
                open_.pop(one.connection, None)
            elif one.kind == "ROLLBACK":
                found |= open_.pop(one.connection, set())
        return frozenset(found)


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as plain data, without what is as usual."""
    return cast(dict[str, Any], facts(outcome))


def from_json(data: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `to_json` made this data from."""
    return made(Outcome, data)
