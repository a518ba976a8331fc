"""What a picture is made of: rows, one for each thread and connection, and slots.

Slots are counted from 0 and say which came first, and nothing of how long it took.
Nothing here knows how a picture is drawn: as SVG, in words, or as text.
"""

from dataclasses import dataclass, field
from typing import Literal

Fate = Literal[
    "", "kept", "undone", "escaped", "missed", "open", "failed", "landed", "waits"
]
"""What became of a statement; of one that reads, nothing."""


SHORT = {"request's thread": "request", "own thread": "own thread"}
"""What a thread is called where its name without the word would say too little."""


@dataclass(frozen=True)
class Row:
    """One thread with one connection; without either, the block itself."""

    thread: str
    connection: str

    @property
    def role(self) -> str:
        """The thread in a word; of the block itself, nothing more is known."""
        name = self.thread.rpartition(", ")[2]
        return SHORT.get(name, name.removesuffix(" thread")) or "the block"

    @property
    def over(self) -> str:
        """The connection, and the process where there are several."""
        process = self.thread.rpartition(", ")[0]
        return " · ".join(filter(None, (self.connection, process)))


@dataclass(frozen=True)
class Mark:
    """A statement, or several that are alike and follow each other.

    `sent` is how many there were in truth: databases check their constraints with one
    or with two, and look the same all the same.
    """

    at: int
    row: int
    kind: str
    table: str
    line: int
    fate: Fate = ""
    times: int = 1
    sent: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Fold:
    """What was left out at a slot: how many statements of each kind."""

    at: int
    row: int
    kinds: tuple[tuple[str, int], ...]
    sent: int = field(default=0, compare=False)

    @property
    def count(self) -> int:
        """How many statements were left out."""
        return sum(number for _, number in self.kinds)


@dataclass(frozen=True)
class Bar:
    """A transaction, or within it a savepoint: from its first slot to its last.

    `ends` is the kind of the statement that ended it, and empty if none was seen.
    """

    row: int
    first: int
    last: int
    ends: str
    depth: int = 0

    @property
    def rolled_back(self) -> bool:
        """Whether what was written in it is gone."""
        return self.ends.startswith("ROLLBACK")


@dataclass(frozen=True)
class Arrow:
    """The work goes on in another thread; `at` is the slot that it leads to."""

    at: int
    start: int
    end: int


@dataclass(frozen=True)
class Wait:
    """From this slot on it hangs; `holder` is the row that it waits for."""

    at: int
    row: int
    reason: str
    line: int
    holder: int | None = None


@dataclass(frozen=True)
class Cross:
    """The exception that ended the run, behind all that was seen."""

    at: int
    row: int
    name: str
    line: int


@dataclass(frozen=True)
class Leak:
    """What is still open runs off the edge of its row, from a slot on."""

    at: int
    row: int
    words: str


@dataclass(frozen=True)
class Stall:
    """An event loop stood still; its row has no order with the others."""

    row: int
    line: int


@dataclass(frozen=True)
class Picture:
    """All that is drawn of an outcome."""

    rows: tuple[Row, ...]
    slots: int
    marks: tuple[Mark, ...] = ()
    folds: tuple[Fold, ...] = ()
    bars: tuple[Bar, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    wait: Wait | None = None
    cross: Cross | None = None
    leaks: tuple[Leak, ...] = ()
    stalls: tuple[Stall, ...] = ()
