"""Fork an example, wait for its end, and see that nothing of it survives."""

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from proof.outcome import BUSY, LOCK_WAIT, SLOW
from proof.running.child import enter
from proof.running.messages import AT_MOST, LIMIT, Exit, Task
from proof.running.prctl import be_parent_of_orphans
from proof.watching.asleep import Awaited, deadlines
from proof.watching.processor import kept_waiting
from proof.watching.recorder import Recorder
from proof.watching.watcher import ASK

FIRST_LOOK = 1.0
"""Seconds after which an example that claims to hang is looked at."""
LOOK_AGAIN = 0.7
"""Seconds between two looks."""
LOOKS = 2
"""Looks that must see the same, where nobody is left who could end the wait."""
MANY_LOOKS = 16
"""Looks that must see the same where somebody might: longer than any slow call."""


class Interrupted(Exception):
    """The process that gave the order has gone."""


def adopt_orphans() -> None:
    """Make this process the parent of whatever its descendants leave behind."""
    signal.signal(ASK, signal.SIG_IGN)  # A child that cannot answer yet goes on.
    be_parent_of_orphans()


def supervise(
    task: Task,
    recorder: Recorder,
    hangs: Recorder,
    waits_for_lock: Callable[[], bool],
    orders: tuple[int, ...],
    limit: float = LIMIT,
    at_work: Callable[[], frozenset[str]] = frozenset,
) -> Exit:
    """Run one example in a forked child and return how it went.

    `orders` are the descriptors that orders come from: when the other end of one
    closes, the child is ended.

    Raises:
        Interrupted: the process that gave the order has gone.
    """
    recorder.clear()
    hangs.clear()
    pid = os.fork()
    if pid == 0:
        enter(task, recorder, hangs)
    try:
        return _Watch(
            pid, task, recorder, hangs, waits_for_lock, at_work, orders, limit
        ).wait()
    finally:
        end_everything(pid)


@dataclass(frozen=True)
class _Look:
    """Why the child does not end, as it is now."""

    reason: str = BUSY
    where: str = ""
    endless: bool = False

    @property
    def needed(self) -> int:
        """How many looks in a row must see this."""
        return LOOKS if self.endless else MANY_LOOKS


@dataclass
class _Watch:
    pid: int
    task: Task
    recorder: Recorder
    hangs: Recorder
    waits_for_lock: Callable[[], bool]
    at_work: Callable[[], frozenset[str]]
    orders: tuple[int, ...]
    limit: float
    awaited: Awaited = field(default_factory=Awaited)
    """What it waited for when it was last looked at, and comes by itself."""

    def wait(self) -> Exit:
        """Return when the child has ended, or is shown to hang, or has no time left."""
        started = time.monotonic()
        hang_expected, late = self.task.order.hang_expected, False
        next_look = started + (FIRST_LOOK if hang_expected else self.limit)
        seen, times = _Look(), 0
        while not self._ended(next_look - time.monotonic()):
            left = self._left(started)
            late = left <= 0
            if not (late or hang_expected):
                next_look = time.monotonic() + left
                continue
            look = self._look()
            times = times + 1 if look == seen else 1
            known = look.reason not in (BUSY, SLOW) and times >= look.needed
            hangs = hang_expected and known
            left = self._left(started)
            if left <= 0 or (hangs and not self._ended(0)):
                return Exit(0, hung=True, reason=look.reason)
            seen, next_look = look, time.monotonic() + min(left, LOOK_AGAIN)
        _, status = os.waitpid(self.pid, 0)
        # Who is asked when it is late, and dies of the question, was to be ended.
        died_of_it = os.WIFSIGNALED(status) and os.WTERMSIG(status) == ASK
        return Exit(status, hung=late and died_of_it, reason=seen.reason)

    def _left(self, started: float) -> float:
        # The clock first: a wait that begins between the two lengthens the time.
        taken = time.monotonic() - started
        own = taken - kept_waiting(self.pid)
        return min(self.limit - own, self.limit * AT_MOST - taken)

    def _look(self) -> "_Look":
        waits_for_lock = self.waits_for_lock()
        self.hangs.clear()
        asked = self._asked()
        # Before the question, which wakes the main thread for a moment.
        asleep, works = deadlines(asked), self.at_work()
        with suppress(ProcessLookupError):
            os.kill(asked, ASK)
        self._ended(0.3)
        facts = dict(self.hangs.notes()).get("hang", {})
        own = {one: when for one, when in asleep.items() if one in facts.get("own", ())}
        timers = tuple(facts.get("timers", ()))
        before, self.awaited = self.awaited, Awaited(own, timers, works)
        reason = LOCK_WAIT if waits_for_lock else facts.get("reason", BUSY)
        if self.awaited.goes_on(before, and_timers=reason == BUSY):
            reason = SLOW
        return _Look(reason, facts.get("where", ""), facts.get("endless", False))

    def _asked(self) -> int:
        """Return the process that runs the block, which need not be the child."""
        pids = [
            facts["pid"] for kind, facts in self.recorder.notes() if kind == "at work"
        ]
        return pids[-1] if pids else self.pid

    def _ended(self, seconds: float) -> bool:
        """Wait for the child's end; false when the time is over."""
        seconds = max(0.0, seconds)
        poll = select.poll()
        for orders in self.orders:
            poll.register(orders, select.POLLHUP)
        child = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else None
        try:
            if child is not None:
                poll.register(child, select.POLLIN)
                events = poll.poll(seconds * 1000)
            else:
                events = self._poll_in_steps(poll, seconds)
        finally:
            if child is not None:
                os.close(child)
        if any(fd in self.orders and what & select.POLLHUP for fd, what in events):
            raise Interrupted
        return bool(events)

    def _poll_in_steps(
        self, poll: "select.poll", seconds: float
    ) -> list[tuple[int, int]]:
        """Wait where the system offers no descriptor for a process."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return [(-1, select.POLLIN)]
            if events := poll.poll(2):
                return events
        return []


def end_everything(pid: int) -> None:
    """Kill a child, its session and every process that it started, and reap them."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)
    end_orphans()


def end_orphans() -> None:
    """Kill and reap what was adopted, and what is adopted from those in turn."""
    while orphans := _children() - KEPT:
        for orphan in orphans:
            with suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(orphan, 0)


KEPT: set[int] = set()
"""Children of this process that are no example's."""


def _children() -> set[int]:
    """Return this process's children, those adopted from dead descendants included."""
    try:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return {child.pid for child in psutil.Process().children()}
    return {int(pid) for pid in listed.split()}
