"""The line of one's own that a statement comes from, found without a look at locals.

What a bridge was asked for is noted where it is asked: on the stack of the coroutine,
which by the time of the statement is on no stack at all.
"""

import functools
import sys
from types import FrameType
from typing import Any

from asgiref.sync import SyncToAsync

from django_async_lint.watching.line import NOWHERE, Line
from django_async_lint.watching.own import Project

HANDLER = SyncToAsync.thread_handler.__code__
"""What runs a call of `sync_to_async` in its thread."""
ASKED = "_asked_by_line"


def quick_line(project: Project) -> Line:
    """Return the innermost own line that the present call comes from.

    It waits for nothing, so it may cost next to nothing.
    """
    frame: FrameType | None = sys._getframe(1)
    known = project.known
    while frame is not None:
        code = frame.f_code
        own = known.get(code.co_filename)
        if own or (own is None and project(code.co_filename)):
            return Line(code.co_filename, frame.f_lineno, code.co_name)
        if code is HANDLER:
            asked: Line | None = getattr(frame.f_locals.get("self"), ASKED, None)
            if asked is not None:
                return asked
        frame = frame.f_back
    return NOWHERE


def note_who_asks(project: Project) -> None:
    """Remember with each call of `sync_to_async` the own line that asks for it."""
    call: Any = SyncToAsync.__call__

    @functools.wraps(call)
    def asked(bridge: Any, *args: Any, **options: Any) -> Any:
        setattr(bridge, ASKED, _own_line(project))
        return call(bridge, *args, **options)

    setattr(SyncToAsync, "__call__", asked)  # noqa: B010


def _own_line(project: Project) -> Line:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        code = frame.f_code
        if project(code.co_filename):
            return Line(code.co_filename, frame.f_lineno, code.co_name)
        frame = frame.f_back
    return NOWHERE
