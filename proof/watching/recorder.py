"""A flight recorder: notes that outlive the process that wrote them.

The memory is anonymous and shared, made before the fork. It needs no descriptor, so
an example that closes every one of them, kills itself or calls `os._exit` cannot
take its notes with it.
"""

import json
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

Note = tuple[str, dict[str, Any]]
"""A kind and its facts."""
_HEADER = struct.Struct("QQQ")
"""How many bytes are used, how many notes did not fit, how often it was cleared."""
PATIENCE = 1.0
"""Seconds to wait for another process that writes, and may have been killed there."""
RESERVE = 64 << 10
"""Bytes that only the last notes of a process may use."""


class Notes(Protocol):
    """Where a process of an example notes what happens."""

    def open(self) -> None:
        """Let this process write."""

    def note(self, kind: str, /, *, last: bool = False, **facts: Any) -> None:
        """Append one note."""

    def notes(self) -> list[Note]:
        """Return what was noted, in order."""


class FileRecorder:
    """Notes in a file, for a process that shares no memory with the others."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._taken = 0

    def open(self) -> None:
        """Let this process write; any may."""

    def note(self, kind: str, /, *, last: bool = False, **facts: Any) -> None:
        """Append one note, in one piece."""
        with self._path.open("ab", buffering=0) as file:
            file.write(json.dumps([kind, facts]).encode() + b"\n")

    def notes(self) -> list[Note]:
        """Return what was noted, in order."""
        if not self._path.exists():
            return []
        return [tuple(json.loads(one)) for one in self._path.read_text().splitlines()]

    def news(self) -> list[Note]:
        """Return what was noted since this was last asked."""
        found = self.notes()[self._taken :]
        self._taken += len(found)
        return found


class Recorder:
    """An append-only list of JSON notes in memory shared with parent and children."""

    def __init__(self, size: int = 4 << 20) -> None:
        self._memory = mmap.mmap(-1, size)
        self._size = size
        self._lock = get_context("fork").Lock()
        self._owner = 0
        self._known: tuple[int, int, list[Note]] = (0, 0, [])

    def clear(self) -> None:
        """Forget all notes; called by the parent between two examples."""
        self._lock = get_context("fork").Lock()
        self._memory[: _HEADER.size] = _HEADER.pack(0, 0, self._header()[2] + 1)

    def open(self) -> None:
        """Let this process write.

        A process that an example forks by itself inherits the memory and must not:
        its notes would be mixed into those of the example.
        """
        self._owner = os.getpid()

    def note(self, kind: str, /, *, last: bool = False, **facts: Any) -> None:
        """Append one note; what no longer fits is counted and dropped.

        There is always room for those that are among the `last`.
        """
        if os.getpid() != self._owner:
            return
        data = json.dumps([kind, facts]).encode() + b"\n"
        with self._alone():
            used, dropped, cleared = self._header()
            end = _HEADER.size + used + len(data)
            if end <= self._size - (0 if last else RESERVE):
                self._memory[end - len(data) : end] = data
                used += len(data)
            else:
                dropped += 1
            self._memory[: _HEADER.size] = _HEADER.pack(used, dropped, cleared)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        held = self._lock.acquire(timeout=PATIENCE)
        try:
            yield
        finally:
            if held:
                self._lock.release()

    def notes(self) -> list[Note]:
        """Return what was noted, in order.

        Whoever waits for a note asks again and again: what was read before is kept.
        """
        used, _, cleared = self._header()
        times, taken, found = self._known
        if times != cleared:
            taken, found = 0, []
        if taken < used:
            new = self._memory[_HEADER.size + taken : _HEADER.size + used].decode()
            found = [*found, *(tuple(json.loads(one)) for one in new.splitlines())]
        self._known = (cleared, used, found)
        return found

    @property
    def dropped(self) -> int:
        """How many notes did not fit."""
        return self._header()[1]

    @property
    def cleared(self) -> int:
        """How often they were forgotten."""
        return self._header()[2]

    def _header(self) -> tuple[int, int, int]:
        used, dropped, cleared = _HEADER.unpack(self._memory[: _HEADER.size])
        return int(used), int(dropped), int(cleared)
