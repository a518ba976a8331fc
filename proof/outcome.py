"""Everything seen in one run of one example in one lane."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from proof.facts import facts, made

Row = Mapping[str, Any]
BOUNDARIES = ("BEGIN", "COMMIT", "ROLLBACK")
"""Kinds that begin or end a transaction; drivers send them in different ways."""


@dataclass(frozen=True)
class Raised:
    """The exception that ended the example; `line` is the block's, 0 if not in it."""

    type: str
    message: str
    line: int


@dataclass(frozen=True)
class Warned:
    """A Python or Django warning; `line` is the block's, 0 if not in it."""

    category: str
    text: str
    line: int


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
    true, false, or the error that it gave. `in_flight` is the largest number of
    statements under way at once, `stalls` the block's lines at which an event loop
    stood still for half a second.
    """

    example: str
    lane: str
    end: str
    raised: Raised | None = None
    hang: Hang | None = None
    printed: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()
    answers: Mapping[str, bool | str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    statements: tuple[Statement, ...] = ()
    in_flight: int = 0
    stalls: tuple[int, ...] = ()
    left: Left = Left()

    def rolled_back(self) -> bool:
        """Whether a transaction was seen to write and then to roll back."""
        wrote: set[str] = set()
        for statement in self.statements:
            if statement.kind in ("INSERT", "UPDATE", "DELETE"):
                wrote.add(statement.connection)
            elif statement.kind == "COMMIT":
                wrote.discard(statement.connection)
            elif (
                statement.kind.startswith("ROLLBACK") and statement.connection in wrote
            ):
                return True
        return False


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as plain data, without what is as usual."""
    return cast(dict[str, Any], facts(outcome))


def from_json(data: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `to_json` made this data from."""
    return made(Outcome, data)
