"""What stands on stderr is told once: what was heard in another way is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from proof.outcome import Outcome, Warned
from proof.places import PLACES
from proof.running.printed import on_stderr

QUIET = Outcome("an-id", "sqlite", "returned")
WRONG = "Traceback (most recent call last):\n  File 'x', line 7, in x\nKeyError: 7\n"
CHAINED = f"{WRONG}\nDuring handling of the above exception, another:\n\n{WRONG}"
LOGGED = replace(QUIET, heard=("mine: it broke",))


def told(
    folder: Path, text: str, outcome: Outcome = QUIET, place: str = "service"
) -> tuple[str, ...]:
    """Return what is told of a file of errors."""
    errors = folder / "errors"
    errors.write_text(text)
    return on_stderr(errors, PLACES[place], outcome)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("it broke\n", "it broke"),
        ("\nit broke\nagain\n", "it broke"),
        (WRONG, "KeyError: 7"),
        (CHAINED, "KeyError: 7"),
        (f"Exception in thread 7:\n{WRONG}", "KeyError: 7"),
        ("[7: WARNING/MainProcess] mind\nit broke\n", "it broke"),
        (f"[7: ERROR/MainProcess] mind\n{WRONG}", "KeyError: 7"),
    ],
)
def test_what_is_on_stderr_is_told(text: str, line: str, tmp_path: Path) -> None:
    """A line, or the exception that is printed."""
    assert told(tmp_path, text) == (f"stderr: {line}",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[2026-11-28 04:53:10,776: WARNING/MainProcess] No hostname was supplied.\n",
        '127.0.0.1 - - [28/Nov/2026 04:58:29] "POST /orders HTTP/1.1" 201 -\n',
    ],
)
def test_what_others_log_is_not(text: str, tmp_path: Path) -> None:
    """A worker's line and a server's are no word of the block."""
    assert told(tmp_path, text) == ()


def test_a_record_that_was_heard_is_not_told_again(tmp_path: Path) -> None:
    """Nor the exception below it; another one is."""
    assert told(tmp_path, f"ERROR:mine:it broke\n{WRONG}", LOGGED) == ()
    assert told(tmp_path, f"it broke\n{WRONG}\n{WRONG}", LOGGED)
    assert told(tmp_path, f"{WRONG}\nit broke\n", LOGGED)


def test_a_warning_that_was_heard_is_not_told_again(tmp_path: Path) -> None:
    """Python prints what ends a thread; it is a warning of the run."""
    warned = replace(QUIET, warnings=(Warned("threading", "KeyError: 7", 1),))
    assert told(tmp_path, f"Exception in thread 7:\n{WRONG}", warned) == ()


def test_a_test_runner_writes_there_too(tmp_path: Path) -> None:
    """Its report is no word of the block; an exception is."""
    assert told(tmp_path, "Ran 1 test in 7s\n\nOK\n", place="test") == ()
    assert told(tmp_path, WRONG, place="test") == ("stderr: KeyError: 7",)
