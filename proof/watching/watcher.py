"""What one process of an example notes about itself while the block runs in it.

An example may have several processes: the one that queues a task and the worker that
runs it, a server and its client. Each of them `enter`s before it does anything.
"""

import contextlib
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterable
from dataclasses import asdict
from types import FrameType
from typing import Any

from django_async_lint.watching.loops import watch_loops
from proof.outcome import BOUNDARIES
from proof.watching import errors_heard, reaches, warned
from proof.watching.hang import describe_hang
from proof.watching.imitation import imitated
from proof.watching.leftovers import Baseline
from proof.watching.recorder import FileRecorder, Note, Notes
from proof.watching.trace import Trace
from proof.watching.unasked import Unasked

UNWATCHED = "PROOF_UNWATCHED"
"""A variable with which nobody listens: to show that listening changes nothing."""
MAX_TEXT = 16 << 10
"""Characters of a message that are kept."""
ASK = signal.SIGRTMIN + 3 if hasattr(signal, "SIGRTMIN") else signal.SIGUSR1
"""Asks a process why it does not end. Celery and gunicorn use the usual ones."""


QUIET = 0.5
"""Seconds without a note after which an example waits for something else."""


class Watcher:
    """Listens in one process; `block` is the file of the example's code.

    Of one that is to be `quiet`, it hears errors that nobody raises.
    """

    def __init__(
        self, recorder: Notes, hangs: Notes, block: str, quiet: bool = False
    ) -> None:
        self._recorder, self._hangs, self._block = recorder, hangs, block
        self.quiet = quiet
        self._trace = Trace(recorder, block)
        self._baseline: Baseline | None = None
        self._unasked = Unasked()
        self._began_in = 0
        self._listens = False

    def enter(self, role: str = "") -> None:
        """Listen in this process, which the trace calls by its `role`."""
        self._recorder.open()
        self._hangs.open()
        self._trace.enter(role)
        if not self._listens and UNWATCHED not in os.environ:
            self._listens = True
            self._trace.start()
            watch_loops()
            reaches.close(self._block)
            self._listen_to_errors()
        signal.signal(ASK, self._tell_why)

    def begins(self) -> None:
        """Remember what is open: what is there beyond it at the end was left open."""
        self._baseline, self._began_in = Baseline(), os.getpid()

    def accept_descriptors(self) -> None:
        """Count none of those open by now, such as a web process keeps to a broker."""
        if self._baseline is not None:
            self._baseline.accept_descriptors()

    def accept_threads(self, threads: Iterable[threading.Thread]) -> None:
        """Count none of these threads, such as those of a worker's pool."""
        if self._baseline is not None:
            self._baseline.accept_threads(threads)

    @property
    def watches(self) -> bool:
        """Whether this process has begun."""
        return self._baseline is not None and self._began_in == os.getpid()

    def at_work(self) -> None:
        """Say that this is the process that runs the block, and is to be asked."""
        self._recorder.note("at work", last=True, pid=os.getpid())

    def raised(self, error: BaseException) -> None:
        """Note the exception that ended the block."""
        kind = type(error)
        self._recorder.note(
            "raised",
            last=True,
            type=f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."),
            message=str(error)[:MAX_TEXT],
            line=self._line_of(error),
            imitates=imitated(error, self._block),
        )

    def ended(self) -> None:
        """Note what is left open in this process."""
        for text in self._unasked.texts():
            self.heard(text)
        if self._baseline is not None:
            left = asdict(self._baseline.left(self._trace))
            self._recorder.note("left", last=True, pid=os.getpid(), **left)

    def has_ended(self) -> None:
        """Note what is left open now that the interpreter's end has run."""
        if self._baseline is not None:
            left = asdict(self._baseline.left_at_the_end(self._trace))
            self._recorder.note("left at the end", last=True, pid=os.getpid(), **left)

    def note(self, kind: str, /, **facts: Any) -> None:
        """Note a fact of the place."""
        self._recorder.note(kind, last=True, **facts)

    def take(self, others: FileRecorder) -> None:
        """Note what a process that shares no memory has noted in its file."""
        for kind, facts in others.news():
            self._recorder.note(kind, last=True, **facts)

    def notes(self, kind: str) -> list[dict[str, Any]]:
        """Return what all processes of the example have noted of a kind so far."""
        return [facts for one, facts in self._recorder.notes() if one == kind]

    def wait_for_quiet(self, seconds: float) -> None:
        """Return when no process of the example has noted anything for some seconds.

        What is to meet a view that waits must not come while it still works, which on a
        busy machine takes longer than any time that one would choose. A statement that
        is under way is work, however long the disk takes for it.
        """
        noted, since = -1, time.monotonic()
        while time.monotonic() - since < seconds:
            notes = self._recorder.notes()
            if len(notes) != noted or _is_in_a_statement(notes):
                noted, since = len(notes), time.monotonic()
            time.sleep(0.005)

    def _line_of(self, error: BaseException) -> int:
        if isinstance(error, SyntaxError) and error.filename == self._block:
            return error.lineno or 0
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f.lineno or 0 for f in frames if f.filename == self._block]
        return lines[-1] if lines else 0

    def _tell_why(self, number: int, frame: FrameType | None) -> None:
        self._hangs.note("hang", **describe_hang(self._block, frame))

    def _listen_to_errors(self) -> None:
        warned.listen(self._warned, self._block)
        errors_heard.listen_to_asyncio(
            lambda text, imitates: self._warned("asyncio", text, 0, imitates)
        )
        errors_heard.listen_to_threads(self._thread_ended)
        if self.quiet:
            errors_heard.listen(self.heard)
            self._unasked.listen()

    def heard(self, text: str) -> None:
        """Note an error that nobody raises, if the example is to be quiet."""
        if self.quiet:
            self.note("heard", text=text[:MAX_TEXT])

    def _thread_ended(self, error: BaseException) -> None:
        """Note an exception that ends a thread, which Python only prints."""
        text = f"{type(error).__name__}: {error}"
        self._warned("threading", text, self._line_of(error))

    def _warned(self, category: str, text: str, line: int, imitates: str = "") -> None:
        with contextlib.suppress(ValueError):  # The memory is gone at the very end.
            self._recorder.note(
                "warning",
                category=category,
                text=text[:MAX_TEXT],
                line=line,
                imitates=imitates,
            )


def _is_in_a_statement(notes: Iterable[Note]) -> bool:
    begun: set[str] = set()
    for kind, facts in notes:
        if kind == "statement" and facts["kind"] not in BOUNDARIES:
            begun.add(facts["number"])
        elif kind == "statement ended":
            begun.discard(facts["number"])
    return bool(begun)
