"""Errors that end in a log, a thread or a future: nobody raises them.

A ✅ must have none. A logger hears no record below its level, whoever disables logging
hears none, and a hook can be replaced. So what is called for an error is listened to,
below all that a block can silence.
"""

import asyncio
import functools
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from proof.watching.imitation import GIVEN
from proof.watching.unasked import CANCELLED, MAX_ARGUMENT

METHODS = ("error", "critical")
"""What all others call: `exception` the one, `fatal` the other."""
ASYNCIO = "asyncio"
"""The logger of what asyncio can only log: lost exceptions and destroyed tasks."""
OF_ASYNCIO = Path(asyncio.__file__).parent
CALLS = "events.py"
"""The one file of asyncio that calls what others hand to a loop."""
Hear = Callable[[str], None]


def listen(hear: Hear) -> None:
    """Tell `hear` each error that is logged, or that Python can raise nowhere."""
    _listen_to_loggers(hear, lambda name: name != ASYNCIO)
    _listen_to_records(hear)
    _listen_to_replacing(hear)
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


def is_success(error: BaseException) -> bool:
    """Return whether this is how a program says that all went well: `sys.exit(0)`."""
    return isinstance(error, SystemExit) and error.code in {None, 0}


def listen_to_threads(hear: Callable[[BaseException], None]) -> None:
    """Tell `hear` each exception that ends a thread, whatever the hook is.

    Python itself says nothing of `sys.exit(3)` there.
    """
    make: Callable[[], Any] = getattr(threading, "_make_invoke_excepthook")  # noqa: B009

    def made() -> Callable[[threading.Thread], None]:
        invoke = make()

        def invoked(thread: threading.Thread) -> None:
            error = sys.exc_info()[1]
            if error is not None and not is_success(error):
                hear(error)
            invoke(thread)

        return invoked

    setattr(threading, "_make_invoke_excepthook", made)  # noqa: B010


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


def _listen_to_records(hear: Hear) -> None:
    """Hear a record that somebody makes himself; what was heard of it, once more."""
    method = logging.Logger.handle

    @functools.wraps(method)
    def handle(self: logging.Logger, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR and self.name != ASYNCIO:
            said = record.args or ()
            # One mapping is taken out of the tuple in which it was given.
            args = said if isinstance(said, tuple) else (said,)
            hear(_sentence(self, record.msg, args))
        method(self, record)

    setattr(logging.Logger, "handle", handle)  # noqa: B010


def _listen_to_replacing(hear: Hear) -> None:
    """Hear that somebody puts a method in the place of one that is listened to."""
    watched = (*METHODS, "exception", "fatal", "log", "_log", "handle")

    def set_(self: logging.Logger, name: str, value: Any) -> None:
        if name in watched:
            hear(f"{self.name}: `{name}` was replaced, so nobody hears an error")
        object.__setattr__(self, name, value)

    setattr(logging.Logger, "__setattr__", set_)  # noqa: B010


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
