"""Processes that many threads start and wait for at the same time."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from cases.rig.prepared import Process

AT_A_TIME = 6
MANY = 600
"""So many that of processes whose end two threads may read some would end with 255."""


def ends_with_seven() -> None:
    """End as a process does that has something to say."""
    raise SystemExit(7)


def code_of(number: int) -> int | None:
    """Return the exit code of a process of its own."""
    process = Process(target=ends_with_seven)
    process.start()
    process.join(60)
    return process.exitcode


def test_each_thread_reads_the_exit_code_of_its_process():
    """Whoever else starts a process meanwhile, its exit code is what it says."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        assert Counter(pool.map(code_of, range(MANY))) == {7: MANY}
