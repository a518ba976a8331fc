"""What a process of an example notes, and who waits for it."""

import threading
import time

from proof.watching.recorder import Recorder
from proof.watching.watcher import Watcher


def test_a_view_that_still_works_is_not_left() -> None:
    """The quiet begins with the last note, however long the work takes."""
    watcher = Watcher(recorder := Recorder(), Recorder(), "block.py")
    recorder.open()

    def work() -> None:
        for _ in range(4):
            time.sleep(0.2)
            watcher.note("request")

    begun = time.monotonic()
    works = threading.Thread(target=work)
    works.start()
    watcher.wait_for_quiet(0.6)
    works.join()
    assert len(watcher.notes("request")) == 4
    assert time.monotonic() - begun > 4 * 0.2 + 0.6


def test_a_statement_that_is_under_way_is_no_quiet() -> None:
    """The disk may take longer for one than a view that waits is given."""
    watcher = Watcher(recorder := Recorder(), Recorder(), "block.py")
    recorder.open()
    watcher.note("statement", kind="UPDATE", number="1")

    def work() -> None:
        time.sleep(1)
        watcher.note("statement ended", number="1", failed=False)

    works = threading.Thread(target=work)
    works.start()
    watcher.wait_for_quiet(0.2)
    assert watcher.notes("statement ended")
    works.join()
