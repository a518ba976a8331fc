"""A server that a lane uses, and what every such server has in common."""

from collections.abc import Callable
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"


def nothing() -> None:
    """End no server: it was there before."""


@dataclass(frozen=True)
class Server:
    """A server by its URL; `said` is whose it is, and `ends` ends it."""

    url: str
    said: str = ""
    ends: Callable[[], None] = nothing


NO_SERVER = Server("")
"""What a lane is on that needs none."""


def first_line(error: Exception) -> str:
    """Return the first line of an error's message that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
