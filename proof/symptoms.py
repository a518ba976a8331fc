"""The kinds of claim, and how what stands behind each is read.

A new symptom is a name in `SYMPTOMS`, and a reader in `READERS`.
"""

import re
from collections.abc import Callable
from typing import Any

from proof.questions import refused

COMMITTED, ROLLED_BACK = "committed", "rolled back"
LOGS, WARNS, WARNS_TOO = "logs", "warns", "warns too"
GOOD = (COMMITTED, ROLLED_BACK, LOGS, WARNS_TOO)
"""What a ✅ may claim; by the last two it names what it only logs, or warns of."""
EXPRESSION_SYMPTOMS = ("lost", "escaped", "partial", "corrupt")
SYMPTOMS = (
    "raises",
    *EXPRESSION_SYMPTOMS,
    "hangs",
    "leaks",
    "blocks",
    "serial",
    WARNS,
)
OF_A_LINE = ("raises", "hangs", "blocks", WARNS)
"""Symptoms that happen at a line; the others are true of the whole run."""
HANG_REASONS = (
    "lock wait",
    "dead executor thread",
    "sleeping loop",
    "thread never ends",
    "busy",
)
BLOCKS_LOOP = "the event loop"
LEFT_KINDS = ("connection", "descriptor", "thread", "loop", "task")


class ClaimError(ValueError):
    """A comment looks like a claim and is not one; `line` counts from the block."""

    def __init__(self, line: int, problem: str, then: str) -> None:
        super().__init__(problem)
        self.line, self.problem, self.then = line, problem, then


def _read_expression(line: int, kind: str, rest: str) -> dict[str, str]:
    then = "Write one expression over the models, true or false from outside."
    try:
        why = refused(rest)
    except SyntaxError as error:
        raise ClaimError(
            line,
            f'"{rest}" after "{kind}:" is not a Python expression ({error.msg})',
            then,
        ) from error
    if why is not None:
        problem = f'"{rest}" after "{kind}:" cannot be asked: {why}'
        raise ClaimError(line, problem, then)
    return {"text": rest}


def _read_named(line: int, kind: str, rest: str) -> dict[str, str]:
    """Read `Type: message`; a type alone says that the message is empty."""
    name, colon, text = rest.partition(":")
    says_nothing = colon and not text.strip(" …")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name) or says_nothing:
        raise ClaimError(
            line,
            f'"{kind} {rest}" does not read as a type and its message',
            f"Write `❌ {kind} Type: message`, shortened with … if it is long.",
        )
    return {"name": name, "text": text.strip()}


def _read_hang(line: int, kind: str, rest: str) -> dict[str, str]:
    if rest not in HANG_REASONS:
        raise ClaimError(
            line,
            f'"{rest}" is not a reason for a hang',
            f"The reason is one of: {', '.join(HANG_REASONS)}.",
        )
    return {"text": rest}


def _read_leak(
    line: int, kind: str, rest: str
) -> dict[str, tuple[tuple[str, int], ...]]:
    counts = {}
    for part in rest.split(", "):
        found = re.fullmatch(r"(\d+) ([a-z]+?)s?", part)
        if found is None or found[2] not in LEFT_KINDS:
            raise ClaimError(
                line,
                f'"{part}" is not something that can be left open',
                f"Write a number and one of: {', '.join(LEFT_KINDS)}.",
            )
        counts[found[2]] = int(found[1])
    return {"counts": tuple(sorted(counts.items()))}


def _read_blocks(line: int, kind: str, rest: str) -> dict[str, str]:
    if rest != BLOCKS_LOOP:
        raise ClaimError(
            line,
            f'"blocks{f": {rest}" if rest else ""}" does not say what is blocked',
            f"Write `❌ blocks: {BLOCKS_LOOP}` at the line at which it stands still.",
        )
    return {"text": rest}


def _read_serial(line: int, kind: str, rest: str) -> dict[str, int]:
    found = re.fullmatch(r"(\d+) at a time", rest)
    if found is None:
        raise ClaimError(
            line,
            f'"serial: {rest}" gives no number',
            "Write `❌ serial: 1 at a time`.",
        )
    return {"number": int(found[1])}


def _read_log(line: int, kind: str, rest: str) -> dict[str, str]:
    """Read `logger: message`, the record of a log at ERROR."""
    logger, _, text = rest.partition(": ")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", logger) or not text.strip(" …"):
        raise ClaimError(
            line,
            f'"logs: {rest}" does not read as a logger and its message',
            "Write `✅ logs: logger.name: message`, shortened with … if it is long.",
        )
    return {"text": rest}


READERS: dict[str, Callable[[int, str, str], dict[str, Any]]] = {
    COMMITTED: _read_expression,
    ROLLED_BACK: _read_expression,
    LOGS: _read_log,
    **dict.fromkeys(EXPRESSION_SYMPTOMS, _read_expression),
    "raises": _read_named,
    WARNS: _read_named,
    WARNS_TOO: _read_named,
    "hangs": _read_hang,
    "leaks": _read_leak,
    "blocks": _read_blocks,
    "serial": _read_serial,
}
"""Reads the rest of a claim, by its kind, into the fields of a `Claim`."""
