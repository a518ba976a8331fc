"""What a process asks of the kernel about its parent and its descendants.

Source: https://man7.org/linux/man-pages/man2/prctl.2.html. Elsewhere than on Linux,
nothing is asked.
"""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, as far as it can."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def be_parent_of_orphans() -> None:
    """Make this process the parent of whatever its descendants leave behind."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
