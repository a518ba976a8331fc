"""Claims that are made for some versions of Django only."""

from dataclasses import replace
from pathlib import Path

import pytest

from proof import example as example_module
from proof.claim import Claim, read_claims
from proof.errors import MarkdownError
from proof.example import Example
from proof.extract import extract
from proof.judge import judge
from proof.outcome import Outcome, Raised
from proof.symptoms import ClaimError
from proof.versions import DJANGOS, NEWEST, RUNNING, within
from tools.matrix import at_least, every

CODE = """\
from django.tasks import task  # ❌ raises ModuleNotFoundError: no tasks [django<6.0]

# ✅ committed: GOAL [django>=6.0]
"""
HEADER = '```python {#an-id title="✅ A title" data-place="command"}'
OLD = Outcome(
    "an-id",
    "sqlite",
    "raised",
    Raised("ModuleNotFoundError", "no tasks", 1),
    answers={"GOAL": False},
)
NEW = Outcome("an-id", "sqlite", "returned", answers={"GOAL": True})


def one(code: str = CODE) -> Example:
    """Return an example of this code."""
    path = Path("docs/page.md")
    claims = read_claims(code)
    return Example("an-id", "✅ A title", "command", path, 1, 9, code, claims)


@pytest.mark.parametrize(
    ("suffix", "lanes", "djangos"),
    [
        ("", (), DJANGOS),
        ("[django<6.0]", (), ("5.2",)),
        ("[django>=6.0]", (), ("6.0", "6.1")),
        ("[django>=6.0, django<6.1]", (), ("6.0",)),
        ("[sqlite, django<6.1]", ("sqlite",), ("5.2", "6.0")),
    ],
)
def test_versions_stand_beside_lanes(
    suffix: str, lanes: tuple[str, ...], djangos: tuple[str, ...]
) -> None:
    """Bounds in brackets say which versions a claim is made for; without, all."""
    (claim,) = read_claims(f"act()  # ❌ raises E: a {suffix}")
    assert (claim.text, claim.lanes, claim.djangos) == ("a", lanes, djangos)


@pytest.mark.parametrize(
    "bound",
    ["django<5.2", "django>=5.2", "django<7.0", "django>6.0", "django<=6.0"],
)
def test_a_bound_that_divides_nothing_is_refused(bound: str) -> None:
    """A bound names < or >= and a supported version that is not the oldest."""
    with pytest.raises(ClaimError) as caught:
        read_claims(f"act()  # ❌ raises E: a [{bound}]")
    assert (caught.value.problem, caught.value.then) == (
        f'"{bound}" is not a bound',
        "Write `[django<6.0]` or `[django>=6.0]`.",
    )


def test_bounds_that_leave_no_version_are_refused() -> None:
    """Two bounds that exclude each other are a mistake."""
    with pytest.raises(ValueError, match="no version of Django is within"):
        within(("django<6.0", "django>=6.0"))


@pytest.mark.parametrize(
    ("django", "seen", "holds"),
    [("5.2", OLD, True), ("5.2", NEW, False), ("6.1", NEW, True), ("6.1", OLD, False)],
)
def test_each_version_is_judged_by_its_own_claims(
    monkeypatch: pytest.MonkeyPatch, django: str, seen: Outcome, holds: bool
) -> None:
    """What a block says of an older version is held against a run with that one."""
    monkeypatch.setattr(example_module, "RUNNING", django)
    assert judge(one(), seen).holds is holds


def test_a_block_is_good_if_it_is_in_the_newest_version() -> None:
    """A ✅ may fail where a version has not got what it shows."""
    example = one()
    assert example.good
    older = [claim for claim in example.claims if NEWEST not in claim.djangos]
    assert [str(claim) for claim in older] == [
        "❌ raises ModuleNotFoundError: no tasks"
    ]
    assert not replace(example, claims=_everywhere(example.claims)).good


def _everywhere(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    return tuple(replace(claim, djangos=DJANGOS) for claim in claims)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("act()\n\n# ✅ committed: X [django>=6.0]", "makes no claim for Django 5.2"),
        ("act()  # ❌ raises E: a [django<6.0]\n\n# ✅ committed: X", "both ✅ and ❌"),
    ],
)
def test_each_version_has_one_side(tmp_path: Path, code: str, problem: str) -> None:
    """A block says for each version that it works or how it fails, and not both."""
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text(f"{HEADER}\n{code}\n```\n", "utf-8")
    with pytest.raises(MarkdownError, match=problem):
        extract(page.parent)


def test_the_matrix_meets_each_version() -> None:
    """The oldest and the newest run all; those between, what names a version."""
    assert RUNNING in DJANGOS
    between, oldest = at_least()
    assert (between.django, oldest.django) == (DJANGOS[1], DJANGOS[0])
    assert oldest.names == ()
    assert {"signal-sent", "aenqueued"} <= set(between.names)
    assert "run-async-rollback" not in between.names
    assert len(every()) == len(DJANGOS) * 2
    assert not any(one.names for one in every())
