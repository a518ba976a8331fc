"""Python's warnings, all of them: also those that a block ignores, or gives itself."""

import contextlib
import functools
import gc
import logging
import re
import sys
import threading
import unittest
import warnings
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from django_async_lint.watching.frames import outwards
from django_async_lint.watching.line import line_in
from proof.watching.imitation import GIVEN, called_like, is_blocks

OF_A_LIBRARY = re.compile(
    "unclosed database in|was deleted while still open"
    "|Unclosed file <tempfile.SpooledTemporaryFile"
)
"""A connection that nobody closed. Only some versions of the drivers tell, and when
the garbage collector likes; the trace counts each of them instead. And the body of a
request whose view raised, which Django before 6.1 leaves to the garbage collector."""
OF_PYTHON = (
    warnings.catch_warnings.__enter__.__code__.co_filename,
    contextlib.__file__,
    unittest.case.__file__,
    threading.__file__,
)
"""Files that set a filter for whoever asks them to."""
WATCHES: list[Callable[[str, dict[str, int]], None]] = []
"""Who looks at the garbage collector in this process."""
Warned = Callable[..., None]
"""Takes a category's name, the text, the block's line and how it is imitated."""


def listen(warned: Warned, block: str) -> None:
    """Tell `warned` each warning, from the one file that is the block and elsewhere."""
    collects: list[str] = []
    own: list[str] = []

    def note(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: Any = None,
        line: str | None = None,
    ) -> None:
        if category is ResourceWarning and OF_A_LIBRARY.search(str(message)):
            return
        where = lineno if filename == block else line_in(block)
        # The line at which the garbage collector happens to run says nothing.
        warned(
            category.__name__,
            str(message),
            where if not collects else 0,
            _imitates(category, block, bool(own)),
        )

    _hear_the_garbage_collector(collects, note)
    _listen_to_the_block(block, own)
    warnings.resetwarnings()
    warnings.simplefilter("always")
    warnings.showwarning = note
    logging.captureWarnings(False)
    _hear_what_is_ignored(block)
    _hear_what_is_taken(block, note)


def _hear_the_garbage_collector(collects: list[str], note: Warned) -> None:
    """Hear what it finds while a library ignores warnings of its own.

    Such as pytest, while it reads the source of a failure. `collects` is not empty as
    long as it is at work.
    """
    heard: list[Any] = []

    def watch(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            collects.append(phase)
            heard.append(warnings.catch_warnings())
            heard[-1].__enter__()
            warnings.simplefilter("always")
            warnings.showwarning = note
        elif heard:
            heard.pop().__exit__(None, None, None)
            collects.clear()

    gc.callbacks.append(watch)
    WATCHES.append(watch)


def listen_no_more() -> None:
    """Hear nothing from here on: what comes is the end of the process."""
    for watch in WATCHES:
        gc.callbacks.remove(watch)
    WATCHES.clear()
    warnings.simplefilter("ignore")


def _hear_what_is_ignored(block: str) -> None:
    """Let a block that ignores a warning have its way on the screen only.

    Nothing is shown there in any case: whoever shows it is the one who listens. What
    a library ignores of its own stays ignored.
    """
    for name in ("simplefilter", "filterwarnings"):
        method = getattr(warnings, name)

        @functools.wraps(method)
        def filtered(
            action: str, *args: Any, _method: Any = method, **more: Any
        ) -> None:
            # A thread that does nothing else has been given this by the block.
            hears = action == "ignore" and _asks(sys._getframe(1)) in (block, "")
            _method("always" if hears else action, *args, **more)

        setattr(warnings, name, filtered)


def _hear_what_is_taken(block: str, note: Warned) -> None:
    """Let a block that records warnings, or shows them itself, do so too."""

    class Heard(ModuleType):
        def __setattr__(self, name: str, value: Any) -> None:
            takes = name == "showwarning" and value is not note
            if takes and _asks(sys._getframe(1)) == block:
                value = functools.partial(_both, note, value)
            super().__setattr__(name, value)

    warnings.__class__ = Heard


def _both(note: Warned, shows: Warned, *args: Any, **more: Any) -> None:
    note(*args, **more)
    shows(*args, **more)


def _asks(frame: FrameType | None) -> str:
    """Return the file that asks, also where `catch_warnings` asks for it."""
    files = (one.f_code.co_filename for one in outwards(frame))
    return next((file for file in files if file not in OF_PYTHON), "")


def _listen_to_the_block(block: str, own: list[str]) -> None:
    """Know which warnings the block itself gives."""
    for name, deeper in (("warn", True), ("warn_explicit", False)):
        method = getattr(warnings, name)

        @functools.wraps(method)
        def given(
            *args: Any, _method: Any = method, _deeper: bool = deeper, **more: Any
        ) -> None:
            by_block = sys._getframe(1).f_code.co_filename == block
            if _deeper:  # This function stands between the caller and the level.
                args, more = _one_level_up(args, more)
            if by_block:
                own.append(block)
            try:
                _method(*args, **more)
            finally:
                if by_block:
                    own.pop()

        setattr(warnings, name, given)


def _one_level_up(
    args: tuple[Any, ...], more: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if len(args) > 2:
        return (*args[:2], args[2] + 1, *args[3:]), more
    return args, more | {"stacklevel": more.get("stacklevel", 1) + 1}


def _imitates(category: type[Warning], block: str, own: bool) -> str:
    """Return in which way a warning is not what its category says."""
    if is_blocks(category, block):
        return called_like(category)
    return GIVEN if own else ""
