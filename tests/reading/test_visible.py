"""What runs and cannot be seen on the page is refused, with its line."""

from pathlib import Path

import pytest
from support import CANCEL, GOAL, fence, written

from proof.errors import MarkdownError
from proof.reading.visible import unseen

HIDDEN = {
    f"pass{' ' * 300}; cancel()": "`;`, which stands far to the right, in column 304",
    f"x = '{'x' * 120}'; cancel()": "`;`, which stands far",
    "x = 1  # \u202e )(lecnac": "U+202E, RIGHT-TO-LEFT OVERRIDE",
    "x = 1\u00a0": "U+00A0, NO-BREAK SPACE",
    "x = '\u200b'": "U+200B, ZERO WIDTH SPACE",
    "# a comment\rcancel()": "U+000D, a control character",
    "canсel = print": "`canсel`, whose letters look like others",
}
SEEN = (
    "x = 'Grüße 🎉'",
    f"x = 1{' ' * 90}# ❌ leaks 1 thread",
    f"x = {{\n{' ' * 24}'a': 1,\n}}",
    "if x:\n\treturn 1",
)


@pytest.mark.parametrize("code", HIDDEN)
def test_what_cannot_be_seen_is_told(code: str) -> None:
    """A character without a shape, code far to the right, a letter like another."""
    found = unseen(code)
    assert found is not None
    assert found[0] == 1
    assert found[1].startswith(HIDDEN[code])


@pytest.mark.parametrize("code", SEEN)
def test_what_can_be_seen_is_let_through(code: str) -> None:
    """Letters of other languages, a comment at the end of a line, an indent."""
    assert unseen(code) is None


def test_a_block_that_hides_something_is_refused(tmp_path: Path) -> None:
    """It is named with its line, before anything runs."""
    code = CANCEL.replace("def act():", f"def act():\n    pass{' ' * 80}; print()")
    with pytest.raises(
        MarkdownError, match=r"docs/page\.md:6: the block mine hides `;`, which stands"
    ):
        written(tmp_path, fence("mine", code))


@pytest.mark.parametrize(
    "claims",
    [
        "# ✅ logs: mine: x",
        "# ✅ warns too Mind: this",
        f"# ✅ committed: {GOAL} [sqlite]\n# ✅ logs: mine: x [postgresql]",
        f"# ✅ committed: {GOAL} [django>=6.0]\n# ✅ logs: mine: x",
    ],
)
def test_a_right_without_a_goal_is_refused(claims: str, tmp_path: Path) -> None:
    """In each lane and edition, a ✅ says what it brings about."""
    code = f"def act():\n    pass\n\n\n{claims}"
    with pytest.raises(MarkdownError, match=r"page\.md:1: the ✅ claims no goal for"):
        written(tmp_path, fence("mine", code))
