"""The checker and the guide: each rule finds its ❌, and leaves every ✅ alone.

`CHECKER=1 pytest tests/checker/test_checker_blocks.py` writes anew what is found.
"""

import os
from functools import cache

import pytest
from checker_blocks import Seen, has_marks, seen
from pages import BY_ID, EXAMPLES

from django_async_lint.rules import RULES
from guide.bare import without_comments
from proof.example import Example
from proof.project import ROOT

FOUND = ROOT / "tests" / "checker" / "checker_found.txt"
"""A line for each finding in a ❌: id, code, and the line of the block."""
BAD = [one for one in EXAMPLES if not one.good]
GOOD = [one for one in EXAMPLES if one.good]
MOST = 243
"""At least so many ❌ are found by some rule; and by those on by default:"""
BY_DEFAULT = 202
DEFAULT = [code for code, rule in RULES.items() if rule.default]


def in_words(example: Example, found: Seen) -> str:
    """Return a finding as a line of the file."""
    code, line = found
    source = example.source(line).partition("  #")[0]
    return f"{example.id} {code} {source}"


@cache
def all_found() -> list[str]:
    """Return what is found in every ❌."""
    return [in_words(one, found) for one in BAD for found in seen(one)]


def test_what_is_found_in_each_wrong_block_is_known() -> None:
    """Rule and line are those of the file, for every ❌."""
    if os.environ.get("CHECKER"):
        FOUND.write_text("\n".join(all_found()) + "\n", "utf-8")
    assert all_found() == FOUND.read_text("utf-8").splitlines()


@pytest.mark.parametrize("example", GOOD, ids=str)
def test_right_code_is_left_alone(example: Example) -> None:
    """No rule that is on by default finds anything in a ✅, unless it names it."""
    named = [code for code in DEFAULT if example.id in RULES[code].right_elsewhere]
    assert [code for code, _ in seen(example, DEFAULT)] == named
    assert not has_marks(example.code)


@pytest.mark.parametrize("code", RULES)
def test_right_code_that_is_found_is_wrong_elsewhere(code: str) -> None:
    """It is, comments left out, the code of a ❌ that the rule finds."""
    wrong = {without_comments(BY_ID[name].code).strip() for name in RULES[code].finds}
    for name in RULES[code].right_elsewhere:
        assert BY_ID[name].good
        assert without_comments(BY_ID[name].code).strip() in wrong


@pytest.mark.parametrize("code", RULES)
def test_a_rule_finds_the_blocks_that_it_names(code: str) -> None:
    """Each ❌ that a rule names is found by it; it names one at least."""
    rule = RULES[code]
    found = {tuple(one.split(" ", 2)[:2]) for one in all_found()}
    assert rule.finds
    assert [name for name in rule.finds if (name, code) not in found] == []


@pytest.mark.parametrize("code", RULES)
def test_a_rule_leads_to_right_code(code: str) -> None:
    """The block that a message leads to is a ✅ of the guide."""
    assert BY_ID[RULES[code].good].good


def test_how_many_are_found() -> None:
    """As many ❌ as were found once are found."""
    by_code = [one.split(" ")[:2] for one in all_found()]
    assert len({name for name, _ in by_code}) >= MOST
    assert len({name for name, code in by_code if code in DEFAULT}) >= BY_DEFAULT
