"""What is said of what is found is what was recorded, and nothing is left out."""

from dataclasses import replace

import pytest
from pages import EXAMPLES

from guide.checked import compared, guarded, is_silent, rivals
from guide.write import found
from guide.write.found import kinds, seen
from proof.errors import MarkdownError
from proof.showing.library import read_library

pytestmark = pytest.mark.quick
BY_ID = {one.id: one for one in EXAMPLES}
LEAST = 0.75
"""The share of the silent ❌ that are found."""


def test_each_wrong_block_has_a_rule_a_finding_a_message_or_a_reason():
    """And only one that has none of the others has a reason."""
    reasons = [name for kind in kinds() for name in kind.blocks]
    for one in seen(read_library()):
        has = bool(one.default or one.asked or one.guard or not is_silent(one.example))
        assert reasons.count(one.example.id) == (0 if has else 1), one.example.id


def test_a_reason_that_is_missing_is_an_error(monkeypatch):
    """So is one for a block that is found."""
    few = replace(kinds()[0], blocks=kinds()[0].blocks[1:])
    for wrong in ([few, *kinds()[1:]], [*kinds(), kinds()[0]]):
        monkeypatch.setattr(found, "kinds", lambda wrong=wrong: tuple(wrong))
        with pytest.raises(MarkdownError):
            found.parts(read_library())
        monkeypatch.undo()


def test_most_of_what_says_nothing_is_found():
    """Three quarters of the ❌ in which nothing raises, by a rule or the guard."""
    silent = [one for one in seen(read_library()) if is_silent(one.example)]
    assert sum(one.group != "unseen" for one in silent) >= LEAST * len(silent)


def test_what_was_recorded_is_of_blocks_that_are_there():
    """A block that was renamed is recorded anew."""
    named = {*guarded(), *(name for one in rivals() for name in one.said)}
    assert named <= {*BY_ID} and compared() <= {*BY_ID}
    assert {name for one in rivals() for name in one.said} <= compared()
    assert not any(BY_ID[name].good for name in guarded())


def test_the_guard_was_run_with_what_nothing_else_finds():
    """Each ❌ that a test can call has been run under it, if no rule finds it."""
    from tools.guarded import test_of as its_test

    for one in seen(read_library()):
        example, rule = one.example, one.default or one.asked
        if its_test(example) is not None and not rule:
            assert example.id in guarded(), example.id


def test_tools_are_compared_over_the_blocks_that_all_of_them_read():
    """A block that came since counts for none of them, this guide's own included."""
    wrong = [one.id for one in EXAMPLES if not one.good and one.id in compared()]
    table = "\n".join(found.parts(read_library())["rivals"].splitlines())
    assert f"❌ of {len(wrong)} |" in table


def test_each_tool_has_its_version_or_its_reason():
    """None is left out without a word."""
    assert len(rivals()) == 6
    for one in rivals():
        assert bool(one.versions) != bool(one.left_out), one.name
