"""Errors that nobody raises are heard, and what is no error is not."""

import subprocess
import sys

import pytest

from proof.project import ROOT

LOST = """
import asyncio, gc
from proof.watching.errors_heard import listen_to_asyncio

heard = []
listen_to_asyncio(lambda text, imitates: heard.append(text))
loop = asyncio.new_event_loop()
{handler}
loop.create_future().set_exception({error}("x"))
gc.collect()
loop.close()
print(heard)
"""
HANDLER = "loop.set_exception_handler(lambda loop, context: None)"


@pytest.mark.parametrize("handler", ["", HANDLER], ids=["logged", "handled"])
@pytest.mark.parametrize(
    ("error", "heard"),
    [
        ("ValueError", "['Future exception was never retrieved']"),
        ("asyncio.CancelledError", "[]"),
    ],
)
def test_a_cancellation_that_nobody_asks_for_is_no_error(
    handler: str, error: str, heard: str
) -> None:
    """What a thread raises when it is cancelled may reach nobody."""
    code = LOST.format(handler=handler, error=error)
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == heard
