"""The ledger of claims: each has a verdict, examples on either side, and a source."""

import tomllib

import pytest
from pages import EXAMPLES

from guide.ledger import FALSE, HEARD, NOT_SETTLED, TRUE, WHEN, Heard, read_ledger
from proof.errors import MarkdownError

CLAIMS = read_ledger()
SETTLED = [one for one in CLAIMS if one.verdict != NOT_SETTLED]
OPEN = tomllib.loads(HEARD.read_text("utf-8"))["open"]
"""Expected to be without a verdict, and named in that one place."""


def ledger(tmp_path, box: str = "", unsettled: str = "") -> tuple[Heard, ...]:
    """Return the ledger of a guide with the one claim S1."""
    (tmp_path / "sources.md").write_text("| `000_ab.txt` | a document |\n", "utf-8")
    (tmp_path / "page.md").write_text(f"# Page\n\n{box}\nMore.\n", "utf-8")
    (tmp_path / "claims.toml").write_text(
        f'circulation = []\n[documents]\nS1 = ["000"]\n[open]\n{unsettled}\n', "utf-8"
    )
    return read_ledger(tmp_path, tmp_path / "claims.toml")


def test_every_claim_has_a_verdict():
    """No claim is without one, but for those that are known to be open."""
    assert {one.id for one in CLAIMS if one.verdict == NOT_SETTLED} == set(OPEN)


def test_every_claim_of_the_list_is_there():
    """Sixteen claims of the older documents, sixteen in circulation."""
    assert [one.id for one in CLAIMS] == [f"{k}{n}" for k in "SP" for n in range(1, 17)]
    assert all(one.sources for one in CLAIMS)


@pytest.mark.parametrize("claim", SETTLED, ids=lambda claim: claim.id)
def test_every_verdict_is_carried_by_examples(claim: Heard):
    """A verdict has an example; one with a condition has a ✅ and a ❌."""
    marks = {one.good for one in EXAMPLES if claim.id in one.settles}
    assert marks == {True, False} if claim.verdict == WHEN else marks


def test_every_settled_id_is_a_claim():
    """What `data-settles` names is in the ledger."""
    named = {name for one in EXAMPLES for name in one.settles}
    assert named - {one.id for one in CLAIMS} == set()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("**True.** Yes.", TRUE),
        ("**True** as an order of magnitude.", TRUE),
        ("**False, and so is the reason.** It is true only without.", FALSE),
        ("**True when** nothing is open. **False** otherwise.", WHEN),
        ("**False** for requests. **True** for websockets.", WHEN),
        ("Nobody knows.", NOT_SETTLED),
    ],
)
def test_verdict_is_read_from_the_bold_words(text: str, verdict: str):
    """Bold words alone say true, true when …, or false."""
    assert Heard("S1", "a claim", ("x",), text).verdict == verdict


def test_box_is_read_with_links_that_hold_elsewhere(tmp_path):
    """A link within the chapter leads to the chapter from any page."""
    box = '!!! note "Claim S1: it `works`"\n    **False.** See [this](#id).\n'
    (one,) = ledger(tmp_path, box)
    assert one == Heard(
        "S1", "it `works`", ("000_ab.txt",), "**False.** See [this](page.md#id)."
    )


def test_claim_without_box_is_not_settled(tmp_path):
    """A claim that is named as open is shown as not settled."""
    (one,) = ledger(tmp_path, unsettled='S1 = "it works"')
    assert (one.words, one.verdict) == ("it works", NOT_SETTLED)


@pytest.mark.parametrize(
    ("box", "unsettled", "problem"),
    [
        ("", "", "S1: no box settles it"),
        ('!!! note "Claim S1: a"\n    **True.**\n', 'S1 = "a"', "S1: a box settles it"),
        ('!!! note "Claim S9: a"\n    **True.**\n', 'S1 = "a"', "S9: a box settles it"),
        ("", 'S1 = "a"\nS2 = "b"', "S2: it is open, and not named"),
    ],
)
def test_disagreement_is_told_of(tmp_path, box: str, unsettled: str, problem: str):
    """A claim stands in a box or among the open ones, and in the list."""
    with pytest.raises(MarkdownError, match=problem):
        ledger(tmp_path, box, unsettled)
