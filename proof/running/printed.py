"""What an example has written to the files that stand for a terminal."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from proof.outcome import Outcome
from proof.places.place import Place

MAX_PRINTED = 64 << 10
"""Bytes of an example's output that are kept."""
MAX_LINE = 2_000
"""Characters of a line that is told."""
TRACEBACK = re.compile(
    r"^(?:Exception in thread .*:\n)?"
    r"(?:Traceback \(most recent call last\):|--- Logging error ---)"
    r"(?:\n(?![\w.]+(?:: |$)).*)*\n?(.*)\n?",
    re.MULTILINE,
)
"""An exception that is printed; its last line says which."""
OF_OTHERS = (
    re.compile(r"^\[[^\]]*: [A-Z]+/[\w-]+\] .*\n?", re.MULTILINE),
    re.compile(r'^\S+ - - \[[^\]]*\] ".*\n?', re.MULTILINE),
)
"""What Celery logs, each line with its process, and Python's servers of a request."""


def on_stdout(output: Path) -> tuple[str, ...]:
    """Return the lines that an example has printed."""
    return tuple(_text(output).splitlines())


def on_stderr(errors: Path, place: Place, outcome: Outcome) -> tuple[str, ...]:
    """Return what was written to stderr and heard in no other way.

    Where others write there too, such as a test runner, only exceptions are told.
    """
    told = tuple(_said(outcome))
    text = TRACEBACK.sub(lambda one: _unless(told, one), _text(errors))
    for logged in OF_OTHERS:
        text = logged.sub("", text)
    lines = [one for one in text.splitlines() if one.strip()]
    left = [one for one in lines if not any(said in one for said in told)]
    printed = TRACEBACK.search(text)
    if printed is not None:
        return (f"stderr: {(printed[1] or 'a traceback')[:MAX_LINE]}",)
    if left and not place.others_write_to_stderr:
        return (f"stderr: {left[0][:MAX_LINE]}",)
    return ()


def _said(outcome: Outcome) -> Iterator[str]:
    """Yield what an outcome tells already, in the words of a record or a warning."""
    yield from (one.partition(": ")[2] or one for one in outcome.heard)
    yield from (one.text for one in outcome.warnings)


def _unless(told: Iterable[str], traceback: re.Match[str]) -> str:
    """Return a traceback, or nothing if what is logged above it is told, or itself."""
    above = traceback.string[: traceback.start()].splitlines()[-1:]
    known = any(said in one for said in told for one in (*above, traceback[1]))
    return "" if known else traceback[0]


def _text(file: Path) -> str:
    if not file.exists():
        return ""
    with file.open("rb") as opened:
        return opened.read(MAX_PRINTED).decode("utf-8", "replace")
