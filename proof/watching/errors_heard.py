"""Errors that end in a log, a thread or a future: nobody raises them.

A ✅ must have none. A logger hears no record below its level, whoever disables logging
hears none, and a hook can be replaced. So what is called for an error is listened to,
below all that a block can silence.
"""

import asyncio
import concurrent.futures
import functools
import itertools
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from proof.watching.imitation import GIVEN

METHODS = ("error", "critical")
"""What all others call: `exception` the one, `fatal` the other."""
ASYNCIO = "asyncio"
"""The logger of what asyncio can only log: lost exceptions and destroyed tasks."""
OF_ASYNCIO = Path(asyncio.__file__).parent
CALLS = "events.py"
"""The one file of asyncio that calls what others hand to a loop."""
CANCELLED = (concurrent.futures.CancelledError, asyncio.CancelledError)
MAX_ARGUMENT = 2_000
"""Characters of a record's message that are kept."""
Hear = Callable[[str], None]


def listen(hear: Hear) -> None:
    """Tell `hear` each error that is logged, or that Python can raise nowhere."""
    _listen_to_loggers(hear, lambda name: name != ASYNCIO)
    _listen_to_unraisable(hear)


def listen_to_asyncio(hear: Callable[[str, str], None]) -> None:
    """Tell `hear` what asyncio warns of, and what it hands to a loop's own handler.

    Beside the text it is told how that is imitated, if asyncio has not logged it.
    """

    def logged(text: str) -> None:
        # Whoever called the method that listens, which called this.
        file = Path(sys._getframe(2).f_code.co_filename)
        hear(text, "" if file.parent == OF_ASYNCIO and file.name != CALLS else GIVEN)

    _listen_to("warning", logged, lambda name: name == ASYNCIO)
    _listen_to_loggers(logged, lambda name: name == ASYNCIO)
    call = asyncio.BaseEventLoop.call_exception_handler

    @functools.wraps(call)
    def called(loop: Any, context: dict[str, Any]) -> None:
        cancelled = isinstance(context.get("exception"), CANCELLED)
        if loop._exception_handler is not None and not cancelled:
            hear(str(context.get("message")), "")
        call(loop, context)

    setattr(asyncio.BaseEventLoop, "call_exception_handler", called)  # noqa: B010


def listen_to_threads(hear: Callable[[BaseException], None]) -> None:
    """Tell `hear` each exception that ends a thread, whatever the hook is."""
    make: Callable[[], Any] = getattr(threading, "_make_invoke_excepthook")  # noqa: B009

    def made() -> Callable[[threading.Thread], None]:
        invoke = make()

        def invoked(thread: threading.Thread) -> None:
            error = sys.exc_info()[1]
            if error is not None and not isinstance(error, SystemExit):
                hear(error)
            invoke(thread)

        return invoked

    setattr(threading, "_make_invoke_excepthook", made)  # noqa: B010


class Unasked:
    """The exceptions in futures of threads, for which nobody has asked.

    Only their words are kept: whoever keeps a future keeps what its frames hold.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._texts: dict[int, str] = {}

    def listen(self) -> None:
        """Watch all futures of `concurrent.futures` from now on."""
        future = concurrent.futures.Future
        self._after(future, "set_exception", self._set)
        for name in ("result", "exception"):
            self._before(future, name)

    def texts(self) -> list[str]:
        """Return what nobody has asked for."""
        return list(self._texts.values())

    def _set(self, future: Any, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, CANCELLED):
            future._number = next(self._numbers)
            said = f"{type(error).__name__}: {error}"[:MAX_ARGUMENT]
            self._texts[future._number] = f"nobody asked a future for its {said}"

    def _after(self, kind: Any, name: str, note: Callable[[Any, Any], None]) -> None:
        method = getattr(kind, name)

        @functools.wraps(method)
        def noted(future: Any, value: Any) -> None:
            # Before the method, which wakes whoever will ask.
            note(future, value)
            method(future, value)

        setattr(kind, name, noted)

    def _before(self, kind: Any, name: str) -> None:
        method = getattr(kind, name)

        @functools.wraps(method)
        def asked(future: Any, *args: Any, **options: Any) -> Any:
            try:
                return method(future, *args, **options)
            finally:
                self._texts.pop(getattr(future, "_number", -1), None)

        setattr(kind, name, asked)


def _listen_to_loggers(hear: Hear, which: Callable[[str], bool]) -> None:
    for name in METHODS:
        _listen_to(name, hear, which)
    _listen_to_levels(hear, which)


def _listen_to(name: str, hear: Hear, which: Callable[[str], bool]) -> None:
    method = getattr(logging.Logger, name)

    @functools.wraps(method)
    def heard(self: logging.Logger, msg: object, *args: Any, **options: Any) -> None:
        if which(self.name) and not _is_cancellation(self, options):
            hear(_sentence(self, msg, args))
        options["stacklevel"] = options.get("stacklevel", 1) + 1
        method(self, msg, *args, **options)

    setattr(logging.Logger, name, heard)


def _is_cancellation(logger: logging.Logger, options: dict[str, Any]) -> bool:
    """Whether asyncio logs that nobody asked for a cancellation, which is no error.

    It does when a thread ended with one before the code that awaits it went on: see
    `if exec_coro.done()` in asgiref's `SyncToAsync.__call__`.
    """
    told = options.get("exc_info")
    error = told[1] if isinstance(told, tuple) else told
    return logger.name == ASYNCIO and isinstance(error, CANCELLED)


def _listen_to_levels(hear: Hear, which: Callable[[str], bool]) -> None:
    method = logging.Logger.log

    @functools.wraps(method)
    def heard(
        self: logging.Logger, level: int, msg: object, *args: Any, **options: Any
    ) -> None:
        if level >= logging.ERROR and which(self.name):
            hear(_sentence(self, msg, args))
        options["stacklevel"] = options.get("stacklevel", 1) + 1
        method(self, level, msg, *args, **options)

    setattr(logging.Logger, "log", heard)  # noqa: B010


def _listen_to_unraisable(hear: Hear) -> None:
    """Hear what an audit hook is told, whatever `sys.unraisablehook` is by then."""

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event == "sys.unraisablehook":
            unraisable = args[1]
            error = unraisable.exc_value
            hear(f"{unraisable.err_msg or 'Exception ignored'}: {error!r}")

    sys.addaudithook(audit)


def _sentence(logger: logging.Logger, msg: object, args: tuple[Any, ...]) -> str:
    try:
        text = str(msg) % args if args else str(msg)
    except (TypeError, ValueError, KeyError):
        text = str(msg)
    text = text.strip().partition(chr(10))[0][:MAX_ARGUMENT]
    return text if logger.name == ASYNCIO else f"{logger.name}: {text}"
