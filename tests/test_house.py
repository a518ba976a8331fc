"""The README's pair is the guide's, and its text is what was recorded."""

import re

import pytest
from guide import BY_ID, RECORDED

from proof.extract import ROOT

PAIR = ("orm-before-bridge", "orm-in-coroutine")
README = (ROOT / "README.md").read_text("utf-8")


def test_readme_shows_the_pair_of_the_guide():
    """Every Python block of the README is the guide's block, to the letter."""
    blocks = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert blocks == [BY_ID[name].code for name in PAIR]


@pytest.mark.parametrize("lane", ["sqlite", "postgresql"])
def test_readme_says_what_was_recorded(lane):
    """What the README says was seen is in the evidence of both lanes."""
    good, bad = (RECORDED[name].outcomes[lane] for name in PAIR)
    rows = [
        f"`{one.table}` {one.pk}: {name} {one.before[name]} → {one.after[name]}"
        for one in good.changes
        for name in one.after
    ]
    assert rows and all(f"- {row}\n" in README for row in rows)
    assert (good.raised, good.warnings, bool(good.left)) == (None, (), False)
    name = bad.raised.type.rpartition(".")[2]
    assert f"- `{name}` at line {bad.raised.line}, before any statement" in README
    assert (bad.statements, bad.changes) == ((), ())


def test_assistant_context_is_short():
    """The assistant's context file stays within 600 words."""
    assert len((ROOT / "CLAUDE.md").read_text("utf-8").split()) <= 600
