"""The processes that together run one example at a time; a lane has several."""

import gc
import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn

from proof.running import supervise
from proof.running.forker import Asked, Forker, Recorders, both_ends
from proof.running.messages import Answer, name_of, write
from proof.watching.recorder import Recorder


@dataclass
class Runner:
    """A runner as the process sees it that forks all of it, the forkserver last.

    `orders` and `answers` are the descriptors that the run's end of the runner gave.
    """

    orders: int
    answers: int
    recorders: Recorders = field(
        default_factory=lambda: Recorders(Recorder(), Recorder(1 << 20))
    )
    forkers: list[Forker] = field(default_factory=list)
    processes: list[int] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def fork_forker(self, serve: Callable[[Asked, Recorders], None]) -> None:
        """Fork one that is prepared as far as this process is now."""
        forker, asked = both_ends(self.orders)
        self._fork(asked.descriptors, lambda: serve(asked, self.recorders))
        self.forkers.append(forker)
        os.close(asked.asked)
        os.close(asked.answered)

    def fork_server(self, serve: Callable[["Runner"], None]) -> None:
        """Fork the process that takes the orders."""
        asks = [one for forker in self.forkers for one in forker.descriptors]
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
        """End what the forkserver has left and tell the run how the runner ended."""
        for pid in self.lives():
            os.kill(pid, signal.SIGKILL)
            self.statuses[pid] = os.waitpid(pid, 0)[1]
        # A forkserver ends by itself when a forker was killed: that is what tells.
        status = next(filter(None, self.statuses.values()), 0)
        self.say(Answer(ended=_in_words(status)))
        os.close(self.answers)

    def say(self, answer: Answer) -> None:
        """Answer the run."""
        with suppress(BrokenPipeError):
            write(self.answers, answer)


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
        return f"killed by {name_of(os.WTERMSIG(status))}"
    return f"exit status {os.WEXITSTATUS(status)}"
