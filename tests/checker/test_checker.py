"""The checker as its users meet it: exit codes, formats, excuses, settings."""

import json
from pathlib import Path

import pytest

from django_async_lint.__main__ import CLEAN, FOUND, WRONG, main
from django_async_lint.errors import HERE
from proof.project import ROOT

WRONG_CODE = """\
from django.db import transaction


@transaction.atomic
async def cancel(pk):
    pass
"""
RIGHT_CODE = "def cancel(pk):\n    pass\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one file with one mistake, and the folder of the shell."""
    (tmp_path / "shop.py").write_text(WRONG_CODE, "utf-8")
    (tmp_path / "pyproject.toml").write_text("", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(folder: Path, text: str) -> None:
    """Write the checker's table."""
    table = f"[tool.django-async-lint]\n{text}\n"
    (folder / "pyproject.toml").write_text(table, "utf-8")


def test_a_mistake_is_told_with_its_place(folder, capsys):
    """A line says where, what, why, what instead, and where a ✅ shows it."""
    assert main(["check", "--no-cache", "."]) == FOUND
    said = capsys.readouterr().out
    assert said.startswith("shop.py:4:1: DAL201 @atomic on async def cancel: the tran")
    assert "Instead: put the writes in one sync function" in said
    assert "See docs/commands.md#atomic-in-sync-function." in said
    assert said.endswith("1 finding in 1 file.\n")


def test_right_code_is_clean(folder, capsys):
    """The exit code is 0, and with --quiet nothing is said."""
    (folder / "shop.py").write_text(RIGHT_CODE, "utf-8")
    assert main(["check", "--no-cache", "--quiet", "."]) == CLEAN
    assert capsys.readouterr().out == ""


def test_an_unreadable_file_is_named_with_its_line(folder, capsys):
    """The others are checked, and the exit code is 2."""
    (folder / "broken.py").write_text("x = 1\ndef broken(:\n", "utf-8")
    assert main(["check", "--no-cache", "."]) == WRONG
    said = capsys.readouterr()
    assert said.err.startswith(f"broken.py:2: Python {HERE} cannot read it: ")
    assert "run the checker with the Python that it is written for" in said.err
    assert "DAL201" in said.out


def test_a_path_that_is_not_there_is_told(folder, capsys):
    """It is no clean run."""
    assert main(["check", "--no-cache", "nowhere"]) == WRONG
    assert "there is no nowhere" in capsys.readouterr().err


def test_github_annotations(folder, capsys):
    """A workflow command for each finding."""
    main(["check", "--no-cache", "--format", "github", "."])
    said = capsys.readouterr().out
    assert said.startswith("::error file=shop.py,line=4,col=1,title=DAL201::@atomic")


def test_sarif(folder, capsys):
    """A result points to its rule and its place."""
    main(["check", "--no-cache", "--format", "sarif", "."])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "DAL201"
    assert place["artifactLocation"]["uri"] == "shop.py"
    assert place["region"] == {"startLine": 4, "startColumn": 1}


def test_json(folder, capsys):
    """A finding's parts, and its message."""
    main(["check", "--no-cache", "--format", "json", "."])
    (one,) = json.loads(capsys.readouterr().out)["findings"]
    assert (one["path"], one["line"], one["code"]) == ("shop.py", 4, "DAL201")
    assert one["source"] == "@transaction.atomic"


def test_an_excuse_with_a_reason_excuses(folder):
    """`# noqa: CODE reason` at the line of the finding."""
    excused = "@transaction.atomic  # noqa: DAL201 nothing is written there"
    text = WRONG_CODE.replace("@transaction.atomic", excused)
    (folder / "shop.py").write_text(text, "utf-8")
    assert main(["check", "--no-cache", "."]) == CLEAN


def test_an_excuse_without_a_reason_is_told(folder, capsys):
    """It excuses nothing."""
    excused = "@transaction.atomic  # noqa: DAL201"
    text = WRONG_CODE.replace("@transaction.atomic", excused)
    (folder / "shop.py").write_text(text, "utf-8")
    assert main(["check", "--no-cache", "."]) == FOUND
    said = capsys.readouterr().out
    assert "DAL001 noqa: DAL201 has no reason" in said and "DAL201 @atomic" in said


def test_an_excuse_for_nothing_is_told(folder, capsys):
    """What it was for is gone."""
    text = "x = 1  # noqa: DAL201 it was here once\n"
    (folder / "shop.py").write_text(text, "utf-8")
    assert main(["check", "--no-cache", "."]) == FOUND
    assert "DAL002 noqa: DAL201 excuses nothing here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = []", "no key 'selct'; the nearest is 'select'"),
        ('select = ["DAL999"]', "no rule 'DAL999'; the nearest is 'DAL"),
        ('ignore = "DAL201"', "ignore must be a list of strings, it is 'DAL201'"),
        ("baseline = 7", "baseline must be the name of a file"),
        ("select = [", "it is not TOML"),
    ],
)
def test_a_wrong_setting_is_told(folder, capsys, text, said):
    """With the file, and the nearest that is known."""
    settings(folder, text)
    assert main(["check", "--no-cache", "."]) == WRONG
    error = capsys.readouterr().err
    assert said in error and "pyproject.toml" in error


@pytest.mark.parametrize(
    "text",
    [
        'ignore = ["DAL2"]',
        'exclude = ["shop.py"]',
        'per-file-ignores = { "sh*.py" = ["DAL201"] }',
    ],
)
def test_settings_leave_out(folder, text):
    """By code, by file, and by both."""
    settings(folder, text)
    assert main(["check", "--no-cache", "."]) == CLEAN


def test_a_baseline_leaves_out_what_was_there(folder, capsys):
    """A finding that moves is still known; a second one like it is new."""
    assert main(["check", "--no-cache", "--write-baseline", "old.json", "."]) == CLEAN
    (folder / "shop.py").write_text("\n" + WRONG_CODE, "utf-8")
    assert main(["check", "--no-cache", "--baseline", "old.json", "."]) == CLEAN
    twice = WRONG_CODE + WRONG_CODE.replace("cancel", "close")
    (folder / "shop.py").write_text(twice, "utf-8")
    assert main(["check", "--no-cache", "--baseline", "old.json", "."]) == FOUND


def test_a_baseline_that_is_none_is_told(folder, capsys):
    """Together with how one is made."""
    assert main(["check", "--no-cache", "--baseline", "shop.py", "."]) == WRONG
    assert "Write one with --write-baseline" in capsys.readouterr().err


def test_what_was_read_is_kept_by_its_content(folder, capsys):
    """A second run says the same, and a file that was edited is read anew."""
    assert main(["check", "."]) == FOUND
    kept = folder / ".django_async_lint_cache"
    assert (kept / ".gitignore").read_text("utf-8") == "*\n"
    first = capsys.readouterr().out
    assert main(["check", "."]) == FOUND
    assert capsys.readouterr().out == first
    for one in kept.glob("*.json"):
        one.write_text("no facts", "utf-8")
    assert main(["check", "."]) == FOUND
    (folder / "shop.py").write_text(RIGHT_CODE, "utf-8")
    assert main(["check", "."]) == CLEAN


def test_several_processes_find_the_same(folder, capsys):
    """Files are shared out, the project is one."""
    for number in range(70):
        (folder / f"more{number}.py").write_text(RIGHT_CODE, "utf-8")
    assert main(["check", "--no-cache", "--jobs", "2", "."]) == FOUND
    assert "1 finding in 71 files." in capsys.readouterr().out


def test_a_rule_is_explained_offline(capsys):
    """The ❌, the ✅, and what was seen of them."""
    assert main(["--explain", "dal201"]) == CLEAN
    said = capsys.readouterr().out
    assert "@transaction.atomic\n    async def cancel_both():" in said
    assert "Seen when it was run:" in said and "a wrong row is saved" in said
    assert main(["--explain", "DAL999"]) == WRONG


def test_an_explanation_shows_a_few_rows_of_a_table(capsys):
    """And says how many more there are: a terminal has one screen."""
    assert main(["--explain", "dal308"]) == CLEAN
    said = capsys.readouterr().out.splitlines()
    rows = [one for one in said if one.startswith("- integrations_commit")]
    assert [one.partition(":")[0][2:] for one in rows] == [
        *(f"integrations_commit {pk}" for pk in (1, 10, 11)),
        "integrations_commit",
    ]
    assert rows[-1].endswith(": 18 more")


def test_the_example_project_is_clean(monkeypatch):
    """What the guide runs against has none of the guide's mistakes."""
    monkeypatch.chdir(ROOT)
    assert main(["check", "--no-cache", "--quiet", "examples", "cases/apps"]) == CLEAN
