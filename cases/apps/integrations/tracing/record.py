"""The record of one attempt of a task; there is one at a time in a process."""

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Record:
    """What one attempt did, in numbers."""

    task: str = ""
    state: str = ""
    attempt: int = 1
    changed: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)
    begun: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, str] = field(default_factory=dict)
    statements: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)


current = Record()


def begin(task: str, attempt: int) -> None:
    """Begin a record."""
    # In place: who notes something holds this very object.
    vars(current).update(vars(Record(task=task, attempt=attempt)))


def append(path: Path, stage: str, **what: Any) -> None:
    """Append a line, whole, whoever else writes there."""
    line = json.dumps({"stage": stage, **what}) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def plain() -> dict[str, Any]:
    """Return the record as plain data."""
    return {
        name: dict(value) if isinstance(value, Counter) else value
        for name, value in vars(current).items()
    }
