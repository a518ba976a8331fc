"""One piece of work, such as a request, and the statements that were sent in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django_async_lint.watching.line import Line

MOST = 500
"""Lines of a picture; whoever sends more is told how many more."""


@dataclass(slots=True)
class Seen:
    """One statement, or several of the same after each other."""

    thread: str
    connection: str
    kind: str
    table: str
    line: Line
    times: int = 1
    failed: bool = False

    def is_like(self, other: "Seen") -> bool:
        """Whether the other is one more of the same, and tells nothing new."""
        return (
            self.line == other.line
            and self.kind == other.kind
            and self.table == other.table
            and self.connection == other.connection
            and self.thread == other.thread
        )


@dataclass
class Work:
    """A request, a task or a process."""

    title: str
    seen: list[Seen] = field(default_factory=list)
    more: int = 0

    def add(self, one: Seen) -> Seen:
        """Add a statement, and return what stands for it."""
        last = self.seen[-1] if self.seen else None
        if last is not None and not last.failed and last.is_like(one):
            last.times += 1
            return last
        if len(self.seen) < MOST:
            self.seen.append(one)
        else:
            self.more += 1
        return one

    def clear(self) -> None:
        """Forget all, as a process does that was forked."""
        self.seen.clear()
        self.more = 0


CURRENT: ContextVar[Work | None] = ContextVar("work", default=None)
"""The piece of work that the present code belongs to. Bridges take it along."""


@contextmanager
def within(work: Work) -> Iterator[Work]:
    """Let all that happens in here belong to a piece of work."""
    token = CURRENT.set(work)
    try:
        yield work
    finally:
        CURRENT.reset(token)


def follow_threads() -> None:
    """Let a thread belong to the work of whoever starts it."""
    start, run = threading.Thread.start, "_async_watch_work"

    def started(thread: threading.Thread) -> None:
        setattr(thread, run, CURRENT.get())
        start(thread)

    setattr(threading.Thread, "start", started)  # noqa: B010


def current(otherwise: Work) -> Work:
    """Return the work that the present code belongs to."""
    work: Work | None = CURRENT.get()
    if work is None:
        work = getattr(threading.current_thread(), "_async_watch_work", None)
    return work or otherwise
