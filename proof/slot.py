"""The processes that together run one example at a time; a lane has several."""

import gc
import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from proof import supervise
from proof.nursery import Asked, Nursery, Recorders, both_ends, write_line
from proof.recorder import Recorder


@dataclass(frozen=True)
class Start:
    """What a zygote is told: the lane, and the descriptors of each slot's pipes.

    `sandbox` is the address of the server behind the SDKs; `empty` says that the
    template database is still to be filled; `questions` is all that will be asked.
    """

    setup: dict[str, Any]
    slots: list[tuple[int, int]]
    sandbox: str
    empty: bool
    questions: list[str]


@dataclass
class Slot:
    """A slot as the process sees it that forks all of it, the forkserver last.

    `orders` and `answers` are the descriptors that the run's end of the slot gave.
    """

    orders: int
    answers: int
    recorders: Recorders = field(
        default_factory=lambda: Recorders(Recorder(), Recorder(1 << 20))
    )
    nurseries: list[Nursery] = field(default_factory=list)
    processes: list[int] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def fork_nursery(self, serve: Callable[[Asked, Recorders], None]) -> None:
        """Fork one that is prepared as far as this process is now."""
        nursery, asked = both_ends(self.orders)
        self._fork(asked.descriptors, lambda: serve(asked, self.recorders))
        self.nurseries.append(nursery)
        os.close(asked.asked)
        os.close(asked.answered)

    def fork_server(self, serve: Callable[["Slot"], None]) -> None:
        """Fork the process that takes the orders."""
        asks = [one for nursery in self.nurseries for one in nursery.descriptors]
        self._fork((self.orders, self.answers, *asks), lambda: serve(self))
        for descriptor in (self.orders, *asks):
            os.close(descriptor)

    def _fork(self, kept: tuple[int, ...], work: Callable[[], None]) -> None:
        pid = os.fork()
        if pid == 0:
            _become(kept, work)
        self.processes.append(pid)

    def lives(self) -> set[int]:
        """Return the processes that have not been waited for."""
        return set(self.processes) - self.statuses.keys()

    def ended(self, pid: int, status: int) -> bool:
        """Remember how a process ended; true if the forkserver is among them."""
        self.statuses[pid] = status
        return self.processes[-1] in self.statuses

    def close(self) -> None:
        """End what the forkserver has left and tell the run how the slot ended."""
        for pid in self.lives():
            os.kill(pid, signal.SIGKILL)
            self.statuses[pid] = os.waitpid(pid, 0)[1]
        # A forkserver ends by itself when a nursery was killed: that is what tells.
        status = next(filter(None, self.statuses.values()), 0)
        self.say({"ended": _in_words(status)})
        os.close(self.answers)

    def say(self, answer: dict[str, Any]) -> None:
        """Answer the run."""
        with suppress(BrokenPipeError):
            write_line(self.answers, answer)


def _become(kept: tuple[int, ...], work: Callable[[], None]) -> NoReturn:
    """Do the work as a process with a session and those descriptors only, then end."""
    try:
        os.setsid()
        supervise.KEPT.clear()
        start = 3
        for descriptor in sorted(kept):
            os.closerange(start, descriptor)
            start = descriptor + 1
        os.closerange(start, 1024)
        gc.enable()
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _in_words(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"killed by {supervise.name_of(os.WTERMSIG(status))}"
    return f"exit status {os.WEXITSTATUS(status)}"
