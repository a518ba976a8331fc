"""A ❌ that loses the goal sets out for it: output alone shows nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from proof.claims.read import read_claims
from proof.example import Example
from proof.judging.judge import judge
from proof.outcome import Outcome, Raised, Warned

GOAL = "Order.objects.filter(pk=7).exists()"
PRINTED = Outcome(
    "an-id", "sqlite", "returned", answers={GOAL: False}, printed=("nothing",)
)
SAID = "no statement for its table, and no use of Order"
UNCLOSED = Warned("ResourceWarning", "unclosed file", 1)


def said(code: str, outcome: Outcome) -> str:
    """Return the verdict on a block that loses the goal."""
    code = f"from trading.models import Order\n{code}\n\n# ❌ lost: {GOAL}\n"
    path = Path("docs/page.md")
    claims = read_claims(code)
    return str(
        judge(
            Example(
                "an-id", "❌ It", "service", path, 1, 9, code, claims, outcome.printed
            ),
            outcome,
        )
    )


@pytest.mark.parametrize(
    "code",
    ["print('nothing')", "print('Order')", "print('an order')", "# Order.objects"],
)
def test_output_alone_loses_nothing(code: str) -> None:
    """Any code that is not the twin's would print this, and lose what it commits."""
    assert SAID in said(code, PRINTED)


@pytest.mark.parametrize(
    "code",
    [
        "Order.objects.filter(pk=7)",
        "from trading.models import Order as One\nprint(One)",
        "run(shell, input='Order.objects.get(pk=7)')",
    ],
)
def test_code_that_handles_the_model_sets_out(code: str) -> None:
    """Also in a text that another process runs."""
    assert said(code, PRINTED).endswith("holds")


def test_what_is_left_open_stops_nothing() -> None:
    """A file that is not closed has not lost an order."""
    code = "open('x')  # ❌ warns ResourceWarning: unclosed file"
    outcome = replace(PRINTED, printed=(), warnings=(replace(UNCLOSED, line=2),))
    assert SAID in said(code, outcome)


def test_an_exception_that_is_claimed_stops_it() -> None:
    """What stopped it stands at its line."""
    outcome = replace(PRINTED, printed=(), raised=Raised("KeyError", "7", 2))
    outcome = replace(outcome, end="raised")
    assert said("act()  # ❌ raises KeyError: 7", outcome).endswith("holds")
