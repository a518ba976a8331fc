"""The README's pair is the guide's, and its text is what was recorded."""

import re

import pytest
from pages import BY_ID, RECORDED

from proof.project import ROOT

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


RULES = ("CLAUDE.md", "docs/assets/async-sync-rules.txt")


@pytest.mark.parametrize("name", RULES)
def test_assistant_context_is_short(name):
    """The assistant's context file stays within 600 words, and says why to read it."""
    text = (ROOT / name).read_text("utf-8")
    assert len(text.split()) <= 600
    assert "Required reading before touching code that mixes the ORM with" in text
    assert "production data has been damaged" in text


def test_agents_are_sent_to_the_context():
    """AGENTS.md points to CLAUDE.md."""
    assert "(CLAUDE.md)" in (ROOT / "AGENTS.md").read_text("utf-8")


def test_ids_of_the_context_are_examples():
    """Each name with hyphens in the rules of this repository is an example's id."""
    text = (ROOT / "CLAUDE.md").read_text("utf-8").partition("## Rules")[2]
    ids = re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", text)
    assert len(ids) >= 15
    assert [one for one in ids if one not in BY_ID] == []


def test_the_file_to_copy_stands_on_its_own():
    """It has no mark of a generator, no link, and no id that its reader cannot open."""
    text = (ROOT / "docs/assets/async-sync-rules.txt").read_text("utf-8")
    assert "<!--" not in text and "](" not in text
    ids = (name for name in BY_ID if "-" in name)
    assert [name for name in ids if f"`{name}`" in text] == []
