"""Claims that are made for some editions only: a version of Python, or of Django."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from proof.claims.claim import Claim
from proof.claims.kind import ClaimError
from proof.claims.read import read_claims
from proof.claims.versions import (
    DEFAULT,
    DJANGOS,
    EDITIONS,
    PYTHON,
    PYTHONS,
    RUNNING,
    Edition,
    bounds_of,
    djangos_for,
    within,
)
from proof.errors import MarkdownError
from proof.example import Example
from proof.judging.judge import judge
from proof.keeping.evidence import Evidence, digest
from proof.outcome import Outcome, Raised
from proof.project import ROOT, VARIABLE
from proof.reading.extract import extract
from proof.showing.library import Library
from tools.matrix import (
    Combination,
    each,
    ends,
    every,
    naming_a_django,
    pythons_here,
)

CODE = """\
from django.tasks import task  # ❌ raises ModuleNotFoundError: no tasks [django<6.0]

# ✅ committed: GOAL [django>=6.0]
"""
UNTIL = "act()  # ❌ raises E: a [python>=3.14]\n\n# ✅ committed: X [python<3.14]"
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
    ("suffix", "lanes", "djangos", "pythons"),
    [
        ("", (), DJANGOS, PYTHONS),
        ("[django<6.0]", (), ("5.2",), PYTHONS),
        ("[django>=6.0]", (), ("6.0", "6.1"), PYTHONS[1:]),
        ("[django>=6.0, django<6.1]", (), ("6.0",), PYTHONS[1:]),
        ("[python<3.12]", (), ("5.2",), ("3.11",)),
        ("[python>=3.14, django>=6.1]", (), ("6.1",), ("3.14",)),
        ("[sqlite, django<6.1]", ("sqlite",), ("5.2", "6.0"), PYTHONS),
    ],
)
def test_versions_stand_beside_lanes(
    suffix: str,
    lanes: tuple[str, ...],
    djangos: tuple[str, ...],
    pythons: tuple[str, ...],
) -> None:
    """Bounds in brackets say which editions a claim is made for; without, all."""
    (claim,) = read_claims(f"act()  # ❌ raises E: a {suffix}")
    assert (claim.text, claim.lanes) == ("a", lanes)
    named = [one for one in claim.editions if one.python in PYTHONS]
    assert tuple(dict.fromkeys(one.python for one in named)) == pythons
    assert {one.django for one in named} == set(djangos)


def test_not_every_pair_exists() -> None:
    """A Python runs only the versions of Django that install with it."""
    assert djangos_for("3.11") == ("5.2",)
    assert djangos_for("3.12") == DJANGOS
    assert Edition("3.11", "6.0") not in EDITIONS
    assert DEFAULT in EDITIONS


def test_the_lock_says_which_pairs_exist() -> None:
    """The requirements hold for each Python the newest Django that it runs here."""
    lock = Path("requirements.txt").read_text("utf-8")
    found = re.findall(
        r"^django==(\d+\.\d+)\S* ; python_full_version (.*?) ", lock, re.M
    )
    assert dict(found) == {djangos_for("3.11")[-1]: "<", djangos_for("3.12")[-1]: ">="}


@pytest.mark.parametrize(
    "bounds", ["django<6.0", "python>=3.14", "django>=6.1, python<3.14"]
)
def test_editions_are_named_by_the_shortest_bounds(bounds: str) -> None:
    """What is to be written for a set of editions is what is read as that set."""
    assert bounds_of(within(bounds.split(", "))) == bounds
    assert bounds_of([EDITIONS[0], DEFAULT]) is None


@pytest.mark.parametrize(
    "bound",
    [
        "django<5.2",
        "django>=5.2",
        "django<7.0",
        "django>6.0",
        "django<=6.0",
        "django=6",
    ],
)
def test_a_bound_that_divides_nothing_is_refused(bound: str) -> None:
    """A bound names < or >= and a supported version that is not the oldest."""
    with pytest.raises(ClaimError) as caught:
        read_claims(f"act()  # ❌ raises E: a [{bound}]")
    assert (caught.value.problem, caught.value.then) == (
        f'"{bound}" is not a bound',
        "Write `[django<6.0]` or `[django>=6.0]`; or name 6.1.",
    )


@pytest.mark.parametrize("bound", ["python<3.11", "python>=3.10", "python>3.12"])
def test_a_bound_to_a_python_is_read_alike(bound: str) -> None:
    """What is no bound of Python is refused, and told of bounds of Python."""
    with pytest.raises(ClaimError) as caught:
        read_claims(f"act()  # ❌ raises E: a [django<6.0, {bound}]")
    assert caught.value.problem == f'"{bound}" is not a bound'
    assert "[python<3.12]" in caught.value.then


def test_bounds_that_leave_no_version_are_refused() -> None:
    """Two bounds that exclude each other are a mistake."""
    with pytest.raises(ValueError, match="no edition is within"):
        within(("django<6.0", "django>=6.0"))


@pytest.mark.parametrize(
    ("django", "seen", "holds"),
    [("5.2", OLD, True), ("5.2", NEW, False), ("6.1", NEW, True), ("6.1", OLD, False)],
)
def test_each_version_is_judged_by_its_own_claims(
    django: str, seen: Outcome, holds: bool
) -> None:
    """What a block says of an older version is held against a run with that one."""
    assert judge(one(), seen, edition=Edition("3.13", django)).holds is holds


@pytest.mark.parametrize(
    ("django", "seen", "holds"),
    [("5.2", OLD, True), ("5.2", NEW, False), ("6.1", NEW, True), ("6.1", OLD, False)],
)
def test_a_page_judges_by_the_edition_that_was_seen(
    django: str, seen: Outcome, holds: bool
) -> None:
    """What a page shows is judged as where it was seen, whoever builds the page."""
    example, edition = one(), Edition("3.12", django)
    evidence = Evidence(example.page, digest(example), {edition: {"sqlite": seen}})
    known = Library((example,), {example.id: (evidence,)})
    (shown,) = known.seen(example)
    assert (shown.verdict.holds, shown.edition) == (holds, edition)
    assert known.editions(example) == (edition,)
    kinds = {claim.good for claim in known.claims_for(example, "sqlite")}
    assert kinds == {django != "5.2"}


def test_a_block_is_good_if_it_is_in_the_newest_version() -> None:
    """A ✅ may fail where a version has not got what it shows."""
    example = one()
    assert example.good
    older = [claim for claim in example.claims if DEFAULT not in claim.editions]
    assert [str(claim) for claim in older] == [
        "❌ raises ModuleNotFoundError: no tasks"
    ]
    assert not replace(example, claims=_everywhere(example.claims)).good


def _everywhere(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    return tuple(replace(claim, editions=EDITIONS) for claim in claims)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (
            "act()\n\n# ✅ committed: X [django>=6.0]",
            r"makes no claim for \[django<6.0\]",
        ),
        ("act()  # ❌ raises E: a [django<6.0]\n\n# ✅ committed: X", "both ✅ and ❌"),
        ("act()\n\n# ✅ committed: X [python<3.14]", r"no claim for \[python>=3.14\]"),
        (f"{UNTIL}\n# ✅ committed: X [django<6.0]", r"✅ and ❌ for Python 3.14, D"),
    ],
)
def test_each_version_has_one_side(tmp_path: Path, code: str, problem: str) -> None:
    """A block says for each version that it works or how it fails, and not both."""
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text(f"{HEADER}\n{code}\n```\n", "utf-8")
    with pytest.raises(MarkdownError, match=problem):
        extract(page.parent)


@pytest.mark.parametrize(
    ("claim", "title", "then"),
    [
        (
            "✅ committed: X [django>=6.0]",
            "✅ A",
            "`# ✅ committed: … [django<6.0]`, or, if it fails there, "
            "`# ❌ … [django<6.0]`.",
        ),
        (
            "✅ committed: X [python<3.13]",
            "✅ A",
            "`# ✅ committed: … [python>=3.13]`.",
        ),
        ("❌ hangs: busy [django<6.1]", "❌ A", "`# ❌ … [django>=6.1]`."),
    ],
)
def test_the_missing_bound_is_advised(
    tmp_path: Path, claim: str, title: str, then: str
) -> None:
    """The error says what to write: the bound that is missing, on the title's side."""
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    header = HEADER.replace("✅ A title", title)
    page.write_text(f"{header}\nact()\n\n# {claim}\n```\n", "utf-8")
    with pytest.raises(MarkdownError) as caught:
        extract(page.parent)
    assert str(caught.value).endswith(f"Say what its run shows there, as {then}")


def test_the_matrix_meets_each_version() -> None:
    """The oldest and the newest run all; those between, what names a version."""
    assert RUNNING in DJANGOS
    *between, oldest = ends(["3.11", "3.12", PYTHON])
    assert oldest == Combination("3.11", DJANGOS[0])
    assert {one.django for one in between} == {*DJANGOS[1:-1]} & {*djangos_for(PYTHON)}
    names = set(naming_a_django())
    assert {"signal-sent", "aenqueued"} <= names
    assert not {"run-async-rollback", "await-a-queryset"} & names
    assert all(set(one.names) == names for one in between)


@pytest.mark.starts
def test_the_matrix_runs_what_is_here() -> None:
    """Each Python runs with its newest Django, and no pair twice."""
    here = each(["3.11", "3.12"])
    assert here[:2] == [Combination("3.11", "5.2"), Combination("3.12", "6.1")]
    assert len(here) == len(set(here))
    pairs = [Edition(one.python, one.django) for one in every(PYTHONS)]
    assert pairs == [one for one in EDITIONS if one.python in PYTHONS]
    assert PYTHON in pythons_here()


@pytest.mark.parametrize(("python", "django"), [("3.11", "5.2"), ("3.13", "6.1")])
def test_the_default_edition_is_one_that_installs(
    tmp_path: Path, python: str, django: str
) -> None:
    """What a page shows is made for it, also where the newest Django is too new."""
    (tmp_path / "docs").mkdir()
    (tmp_path / ".python-version").write_text(f"{python}\n", "utf-8")
    settings = '[tool.proof]\nsettings = "shop.settings"\n'
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    code = (
        "import proof.claims.versions as v; print(v.DEFAULT, v.DEFAULT in v.EDITIONS)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {VARIABLE: str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == f"Python {python}, Django {django} True"
