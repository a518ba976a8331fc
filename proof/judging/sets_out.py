"""A ❌ that loses what its twin commits has to set out for it.

An exception, a hang or a coroutine that never ran tells what stopped it. What is only
printed, or left open, does not. Where no statement for the goal's table was sent, the
code must then handle its model: else any code that is not the twin's would lose it.
"""

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.kind import Reason
from proof.questions import is_about, models_of

if TYPE_CHECKING:
    from proof.claims.claim import Claim
    from proof.example import Example
    from proof.outcome import Outcome


TELLS_NOTHING = ("ResourceWarning", "DeprecationWarning", "PendingDeprecationWarning")
"""Categories of what is untidy or old, which stops no work."""


def sets_out(
    example: "Example", claims: "tuple[Claim, ...]", outcome: "Outcome"
) -> Iterator[Reason]:
    """Yield each loss by code that handles nothing of what is lost."""
    if _is_stopped(outcome) or not (outcome.printed or outcome.warnings):
        return  # Told already where nothing was seen at all: see `Lost`.
    for claim in (one for one in claims if one.kind == "lost"):
        models = models_of(claim.text)
        asked = any(is_about(claim.text, one.table) for one in outcome.statements)
        if not asked and not _handles(example, models):
            names = ", ".join(sorted(models))
            yield Reason(
                claim.line,
                f"{claim}, by code that sets out for it",
                f"no statement for its table, and no use of {names}",
                "Let the block do its twin's job, and show how far it comes.",
            )


def _is_stopped(outcome: "Outcome") -> bool:
    warned = {one.category for one in outcome.warnings}.difference(TELLS_NOTHING)
    return bool(outcome.raised or outcome.hang or warned)


def _handles(example: "Example", models: frozenset[str]) -> bool:
    """Whether code of the block, or code in a text of it, uses one of the models."""
    tree = ast.parse(example.code)
    wanted = models | {
        one.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for one in node.names
        if one.asname and one.name in models
    }
    used = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(wanted)))})\.")
    return any(_uses(node, wanted, used) for node in ast.walk(tree))


def _uses(node: ast.AST, models: frozenset[str], used: re.Pattern[str]) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in models
        case ast.Constant(value=str(text)):
            return used.search(text) is not None
    return False
