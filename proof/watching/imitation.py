"""An exception or a warning that a block gives itself, in the name of a library's."""

import linecache
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

GIVEN = "given by the block itself"
EXECUTED = "<string>"
"""What Python calls the file of code that is run from a string."""


def imitated(error: BaseException, block: str) -> str:
    """Return in which way an exception is not what its name says; empty if it is.

    `block` is the file of the example's code. A class of its own is what it says,
    unless a library has one of that name.
    """
    kind = type(error)
    if is_blocks(kind, block):
        return called_like(kind)
    file, line = _innermost(error.__traceback__)
    if file == EXECUTED or (file == block and _raises(file, line)):
        return "raised by the block itself"
    return ""


def is_blocks(kind: type, block: str) -> bool:
    """Whether a class is one of the block's own."""
    return kind.__module__.rpartition(".")[2] in {Path(block).stem, "__main__"}


def called_like(kind: type) -> str:
    """Return that an exception or a warning of a library is called like a class."""
    names = {_name(c) for c in _below(BaseException) if c.__name__ == kind.__name__}
    others = sorted(names - {_name(kind)})
    return f"a class of the block, called like {others[0]}" if others else ""


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def _below(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _below(one)


def _innermost(traceback: TracebackType | None) -> tuple[str, int]:
    file, line = "", 0
    while traceback is not None:
        file, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return file, line


def _raises(file: str, line: int) -> bool:
    return re.match(r"\s*raise\b", linecache.getline(file, line)) is not None
