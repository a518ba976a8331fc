"""A flight recorder: notes that outlive the process that wrote them.

The memory is anonymous and shared, made before the fork. It needs no descriptor, so
an example that closes every one of them, kills itself or calls `os._exit` cannot
take its notes with it.
"""

import json
import mmap
import os
import struct
import threading
from typing import Any

_LENGTH = struct.Struct("Q")


class Recorder:
    """An append-only list of JSON notes in memory shared with the parent."""

    def __init__(self, size: int = 4 << 20) -> None:
        self._memory = mmap.mmap(-1, size)
        self._size = size
        self._lock = threading.Lock()
        self._owner = 0

    def clear(self) -> None:
        """Forget all notes; called by the parent between two examples."""
        self._memory[: _LENGTH.size] = _LENGTH.pack(0)

    def open(self) -> None:
        """Make this process the only one that may write.

        A process that an example forks inherits the memory; its notes would be
        mixed into those of the example.
        """
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def note(self, kind: str, /, **facts: Any) -> None:
        """Append one note; what no longer fits is dropped."""
        if os.getpid() != self._owner:
            return
        data = json.dumps([kind, facts]).encode() + b"\n"
        with self._lock:
            used = self._used()
            end = _LENGTH.size + used + len(data)
            if end <= self._size:
                self._memory[end - len(data) : end] = data
                self._memory[: _LENGTH.size] = _LENGTH.pack(used + len(data))

    def notes(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what was noted, in order."""
        start = _LENGTH.size
        data = self._memory[start : start + self._used()]
        return [tuple(json.loads(line)) for line in data.splitlines()]

    def _used(self) -> int:
        (used,) = _LENGTH.unpack(self._memory[: _LENGTH.size])
        return int(used)
