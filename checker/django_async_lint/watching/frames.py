"""The frames of a thread's stack."""

import asyncio
from collections.abc import Callable, Iterator
from types import FrameType

RUN_FOREVER = asyncio.BaseEventLoop.run_forever.__code__
Own = Callable[[str], bool]
"""Whether a file, by the name that its frames have, is what is looked for."""


def outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield a frame and those that called it, the innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def innermost(own: Own, frame: FrameType | None) -> FrameType | None:
    """Return the first frame outwards that runs code of one's own."""
    while frame is not None and not own(frame.f_code.co_filename):
        frame = frame.f_back
    return frame
