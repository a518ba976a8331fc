"""Which functions were called, begun and ended, and which exceptions were caught.

Python's own monitoring tells (`sys.monitoring`, Python 3.12 and newer). Watched are
the functions of the task's module and of the modules beside `integrations.saving`.
"""

import inspect
import sys
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from integrations.tracing.record import current

if sys.version_info >= (3, 12):
    DISABLE = sys.monitoring.DISABLE
else:
    DISABLE = None
TOOL = 4
HERE = Path(__file__).parent.parent
EXPECTED = (StopIteration, StopAsyncIteration, GeneratorExit)
"""Exceptions with which loops end."""


class Steps:
    """Watches the functions of some files while a task runs."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._caught: dict[tuple[int, CodeType], BaseException] = {}

    def begin(self, module: str) -> None:
        """Watch from now on."""
        of_task = Path(sys.modules[module].__file__ or "")
        self._files = {str(path) for path in HERE.glob("*.py")} | {str(of_task)}
        self._caught = {}
        if not hasattr(sys, "monitoring"):
            return
        watch, on = sys.monitoring, sys.monitoring.events
        watch.use_tool_id(TOOL, "trace_sync")
        for event, callback in (
            (on.CALL, self._called),
            (on.PY_START, self._begun),
            (on.PY_RETURN, self._ended),
            (on.PY_UNWIND, self._left),
            (on.EXCEPTION_HANDLED, self._handled),
            (on.RERAISE, self._raised_again),
        ):
            watch.register_callback(TOOL, event, callback)
        watch.set_events(
            TOOL,
            on.CALL
            | on.PY_START
            | on.PY_RETURN
            | on.PY_UNWIND
            | on.EXCEPTION_HANDLED
            | on.RERAISE,
        )

    def end(self) -> None:
        """Watch no longer, and count what was caught for good."""
        if hasattr(sys, "monitoring") and sys.monitoring.get_tool(TOOL):
            sys.monitoring.set_events(TOOL, 0)
            sys.monitoring.free_tool_id(TOOL)
        for (_, code), error in self._caught.items():
            current.caught[f"{type(error).__name__} in {code.co_name}"] += 1
        self._caught = {}

    def _watched(self, code: CodeType) -> bool:
        return code.co_filename in self._files and not code.co_name.startswith("<")

    def _called(self, code: CodeType, offset: int, called: Any, first: Any) -> Any:
        if code.co_filename not in self._files:
            return DISABLE
        if isinstance(called, FunctionType) and self._watched(called.__code__):
            current.called[called.__name__] += 1
            current.kinds[called.__name__] = _kind(called)
        return None

    def _begun(self, code: CodeType, offset: int) -> Any:
        if not self._watched(code):
            return DISABLE
        current.begun[code.co_name] += 1
        return None

    def _ended(self, code: CodeType, offset: int, value: Any) -> Any:
        if not self._watched(code):
            return DISABLE
        current.ended[code.co_name] += 1
        return None

    def _left(self, code: CodeType, offset: int, error: BaseException) -> None:
        if self._watched(code) and not isinstance(error, EXPECTED):
            self._caught.pop((id(error), code), None)
            current.left[f"{code.co_name}: {type(error).__name__}"] += 1

    def _handled(self, code: CodeType, offset: int, error: BaseException) -> None:
        if self._watched(code) and not isinstance(error, EXPECTED):
            self._caught[id(error), code] = error

    def _raised_again(self, code: CodeType, offset: int, error: BaseException) -> None:
        self._caught.pop((id(error), code), None)


def _kind(function: FunctionType) -> str:
    if inspect.iscoroutinefunction(function):
        return "coroutine"
    if inspect.isgeneratorfunction(function):
        return "generator"
    return "function"
