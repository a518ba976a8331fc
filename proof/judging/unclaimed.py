"""What was seen and no claim speaks of."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from proof.claims.kind import Reason, last_line, said
from proof.claims.kinds import KINDS
from proof.outcome import Outcome

if TYPE_CHECKING:
    from proof.claims.claim import Claim
    from proof.example import Example

MOST_LINES = 8
"""Lines of output that a reason shows."""
MOST_LETTERS = 200
"""Characters of such a line."""
ENDS = ("returned", "raised", "hung")
"""How a process ends by itself, or for hanging."""


def unclaimed(
    example: "Example", claims: "tuple[Claim, ...]", outcome: Outcome
) -> Iterator[Reason]:
    """Yield what was seen and no claim speaks of."""
    for kind in KINDS.values():
        yield from kind.unclaimed(claims, outcome)
    if outcome.end not in ENDS:
        last, then = last_line(claims), "Let the example end by itself."
        yield Reason(last, said(claims), outcome.end, then)
    if not outcome.hang and outcome.printed != example.printed:
        yield _printed(example, outcome)


def _printed(example: "Example", outcome: Outcome) -> Reason:
    return Reason(
        _line_of_print(example),
        f"it prints {_in_short(example.printed)}",
        f"it prints {_in_short(outcome.printed)}",
        "Write what it prints behind the line, as `#> …`.",
    )


def _in_short(lines: Sequence[str]) -> str:
    """Return what is printed, as much as can be read at a glance."""
    shown = [
        line if len(line) <= MOST_LETTERS else f"{line[:MOST_LETTERS]} …"
        for line in lines[:MOST_LINES]
    ]
    if len(lines) > MOST_LINES:
        shown.append(f"… and {len(lines) - MOST_LINES} more lines")
    return " ⏎ ".join(shown) or "nothing"


def _line_of_print(example: "Example") -> int:
    for number, line in enumerate(example.code.splitlines(), 1):
        if line.lstrip().startswith("#>"):
            return number
    return example.claims[-1].line
