"""What a block makes itself is not a library's, whoever raises it for it."""

from dataclasses import replace
from pathlib import Path

import pytest

from proof.claims.read import read_claims
from proof.example import Example
from proof.judging.judge import judge
from proof.outcome import Outcome, Raised, Warned

KIND = "django.core.exceptions.SynchronousOnlyOperation"
HEAD = "from django.core.exceptions import SynchronousOnlyOperation as No\n"
MADE = "the block itself makes it at line "
RETURNED = Outcome("an-id", "sqlite", "returned")


def said(code: str, outcome: Outcome, call: str | None = None) -> str:
    """Return the verdict on a block's outcome."""
    claims = read_claims(code)
    path = Path("docs/page.md")
    one = Example("an-id", "❌ It", "service", path, 1, 9, code, claims, call=call)
    return str(judge(one, outcome))


def raised(kind: str, line: int) -> Outcome:
    """Return an outcome of an exception that says nothing."""
    return replace(RETURNED, end="raised", raised=Raised(kind, "7", line))


@pytest.mark.parametrize(
    "makes",
    [
        "if True: raise No(7)",
        "(x for x in ()).throw(No(7))",
        "future.set_exception(No(7)); future.result()",
        "Mock(side_effect=No)()",
        "functools.partial(No, 7)",
        "helper(getattr(exceptions, 'SynchronousOnlyOperation')(7))",
        "pytest.raises(No(7))",
        "def raises(kind): raise kind(7)\nraises(No)",
        "helper(type(error)(7))",
        "helper(error.__class__(7))",
        "raise exceptions.SynchronousOnlyOperation(7)",
    ],
)
def test_an_exception_that_a_block_makes_is_its_own(makes: str) -> None:
    """A generator, a future, a mock or a helper only raises what it is given."""
    code = f"{HEAD}{makes}  # ❌ raises SynchronousOnlyOperation: 7\n"
    line = 2 + makes.count("\n")
    assert f"{MADE}{line}" in said(code, raised(KIND, line))


@pytest.mark.parametrize(
    "names",
    [
        "try:\n    act()\nexcept No:\n    pass",
        "def act(error: No) -> No:\n    isinstance(error, No)",
        "with suppress(No):\n    act()",
        "ONES = (No, KeyError)",
        "shared_task(autoretry_for=(No,))",
        "class Own(No): pass\nOwn(7)",
    ],
)
def test_a_class_that_is_only_named_is_not_made(names: str) -> None:
    """Who catches an exception has not made it."""
    code = f"act()  # ❌ raises SynchronousOnlyOperation: 7\n{HEAD}{names}\n"
    assert said(code, raised(KIND, 1)).endswith("holds")


def test_a_class_of_the_blocks_own_may_be_made() -> None:
    """It is what it says, wherever the block's file lies."""
    code = "class No(Exception): pass\nraise No(7)  # ❌ raises No: 7\n"
    for module in ("services.an_id", "tests.test_an_id", "__main__"):
        assert said(code, raised(f"{module}.No", 2)).endswith("holds")
    assert f"{MADE}2" in said(code, raised("django.No", 2))


def test_an_error_of_the_system_is_made_by_its_number() -> None:
    """`OSError` with a number is an object of another class."""
    code = "future.set_exception(OSError(2, '7'))  # ❌ raises FileNotFoundError: 7\n"
    assert f"{MADE}1" in said(code, raised("FileNotFoundError", 1))


def test_what_the_caller_makes_counts() -> None:
    """The call in the header is the block's too."""
    outcome = raised("KeyError", 1)
    code = "act()  # ❌ raises KeyError: 7\n"
    assert said(code, outcome, "act()").endswith("holds")
    assert f"{MADE}1" in said(code, outcome, "act(KeyError(7))")


@pytest.mark.parametrize(
    ("makes", "claim"),
    [
        ("say(partial(warn, 'x', RuntimeWarning))", "RuntimeWarning: x"),
        ("loop.call_exception_handler({'message': 'x'})", "asyncio: x"),
        ("thread(raises, KeyError(7))", "threading: KeyError: 7"),
    ],
)
def test_a_warning_that_a_block_makes_is_its_own(makes: str, claim: str) -> None:
    """Whoever gives it on the block's behalf."""
    category, _, text = claim.partition(": ")
    outcome = replace(RETURNED, warnings=(Warned(category, text, 0),))
    shown = f"act()\n\n# ❌ warns {claim}\n"
    assert MADE in said(f"{makes}\n{shown}", outcome)
    assert said(shown, outcome).endswith("holds")


def test_a_filter_names_a_category() -> None:
    """Who lets a warning be shown has not given it."""
    code = (
        "warnings.simplefilter('always', RuntimeWarning)\nact()\n\n"
        "# ❌ warns RuntimeWarning: x\n"
    )
    outcome = replace(RETURNED, warnings=(Warned("RuntimeWarning", "x", 0),))
    assert said(code, outcome).endswith("holds")
