"""Notes outlive the process that wrote them."""

import os
import signal

from proof.running.messages import Exit
from proof.running.to_outcome import read_notes
from proof.watching.recorder import RESERVE, Recorder


def test_notes_outlive_a_killed_process() -> None:
    """What a process noted can be read after it was killed, in order."""
    recorder = Recorder(RESERVE * 2)
    pid = os.fork()
    if pid == 0:
        recorder.open()
        recorder.note("one", a=1)
        recorder.note("two", b="…")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert recorder.notes() == [("one", {"a": 1}), ("two", {"b": "…"})]


def test_only_the_owner_writes() -> None:
    """A process that an example forks cannot mix its notes into the example's."""
    recorder = Recorder(RESERVE * 2)
    recorder.open()
    recorder.note("mine")
    pid = os.fork()
    if pid == 0:
        recorder.note("not mine")
        os._exit(0)
    os.waitpid(pid, 0)
    assert recorder.notes() == [("mine", {})]


def test_nothing_is_left_after_clear() -> None:
    """The next example begins with no notes."""
    recorder = Recorder(RESERVE * 2)
    recorder.open()
    recorder.note("old")
    recorder.clear()
    assert (recorder.notes(), recorder.dropped) == ([], 0)


def test_a_reader_notices_that_another_cleared() -> None:
    """What one process has read is no longer there once another has cleared it."""
    recorder = Recorder(RESERVE * 2)
    recorder.open()
    recorder.note("old")
    assert recorder.notes() == [("old", {})]
    pid = os.fork()
    if pid == 0:
        recorder.clear()
        recorder.open()
        recorder.note("new")
        os._exit(0)
    os.waitpid(pid, 0)
    assert recorder.notes() == [("new", {})]


def test_the_last_notes_always_fit() -> None:
    """However much was noted before, how the example ended is not lost."""
    recorder = Recorder(RESERVE + 1000)
    recorder.open()
    for _ in range(100):
        recorder.note("statement", text="x" * 30)
    recorder.note("raised", last=True, message="m")
    kept = recorder.notes()
    assert kept[-1] == ("raised", {"message": "m"})
    assert recorder.dropped == 100 - (len(kept) - 1) > 0


def test_dropped_notes_are_told() -> None:
    """An example whose trace is not whole is never taken for one that returned."""
    notes = [("returned", {}), ("threads ended", {})]
    whole = read_notes("a", "sqlite", notes, [], Exit(0))
    cut = read_notes("a", "sqlite", notes, [], Exit(0), dropped=3)
    assert whole.end == "returned"
    assert cut.end == "sent more statements than can be traced (3 notes too many)"
