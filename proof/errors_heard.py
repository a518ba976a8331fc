"""Errors that end in a log: nobody raises them, and a ✅ must have none.

A logger hears no record below its level, and whoever disables logging hears none. So
the methods that are called for an error are listened to, not the handlers.
"""

import functools
import logging
import sys
from collections.abc import Callable
from typing import Any

METHODS = ("error", "critical")
"""What all others call: `exception` the one, `fatal` the other."""
TOLD_OTHERWISE = "asyncio"
"""The logger whose records are noted as warnings, of a ❌ as well."""
MAX_ARGUMENT = 500
"""Characters of a record's message that are kept."""
Hear = Callable[[str], None]


def listen(hear: Hear) -> None:
    """Tell `hear` each error that is logged, or that Python can raise nowhere."""
    for name in METHODS:
        _listen_to(name, hear)
    _listen_to_levels(hear)
    _listen_to_unraisable(hear)


def _listen_to(name: str, hear: Hear) -> None:
    method = getattr(logging.Logger, name)

    @functools.wraps(method)
    def heard(self: logging.Logger, msg: object, *args: Any, **options: Any) -> None:
        if self.name != TOLD_OTHERWISE:
            hear(_sentence(self, msg, args))
        options["stacklevel"] = options.get("stacklevel", 1) + 1
        method(self, msg, *args, **options)

    setattr(logging.Logger, name, heard)


def _listen_to_levels(hear: Hear) -> None:
    method = logging.Logger.log

    @functools.wraps(method)
    def heard(
        self: logging.Logger, level: int, msg: object, *args: Any, **options: Any
    ) -> None:
        if level >= logging.ERROR:
            hear(_sentence(self, msg, args))
        options["stacklevel"] = options.get("stacklevel", 1) + 1
        method(self, level, msg, *args, **options)

    setattr(logging.Logger, "log", heard)  # noqa: B010


def _listen_to_unraisable(hear: Hear) -> None:
    hook = sys.unraisablehook

    def heard(unraisable: "sys.UnraisableHookArgs") -> None:
        error = unraisable.exc_value
        hear(f"{unraisable.err_msg or 'Exception ignored'}: {error!r}")
        hook(unraisable)

    sys.unraisablehook = heard


def _sentence(logger: logging.Logger, msg: object, args: tuple[Any, ...]) -> str:
    try:
        text = str(msg) % args if args else str(msg)
    except (TypeError, ValueError, KeyError):
        text = str(msg)
    return f"{logger.name}: {text.strip().partition(chr(10))[0][:MAX_ARGUMENT]}"
