"""The frames of a thread's stack."""

from collections.abc import Iterator
from types import FrameType


def outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield a frame and those that called it, the innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def innermost_in(file: str, frame: FrameType | None) -> FrameType | None:
    """Return the first frame outwards that runs code of a file."""
    return next((f for f in outwards(frame) if f.f_code.co_filename == file), None)
