"""A project is what its pyproject.toml says, and an error says what that lacks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from proof.errors import ProjectError
from proof.project import PROJECT, ROOT, VARIABLE, Project, Service, find

WHOLE = """
[tool.proof]
settings = "site.settings"
source = "src"
more-sources = ["docs"]
warm-up = "shop.Order"
environment = { QUEUE = "{run}/queue" }

[[tool.proof.services]]
variable = "BANK_URL"
run = ["-m", "bank"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project."""
    monkeypatch.delenv(VARIABLE, raising=False)
    for name in ("docs", "src"):
        (tmp_path / name).mkdir()
    return tmp_path


def says(folder: Path, text: str) -> Path:
    """Write a project's file and return its folder."""
    (folder / "pyproject.toml").write_text(text, "utf-8")
    return folder


def test_a_project_is_read(folder: Path) -> None:
    """What the file names is taken, and the rest is as usual."""
    project = Project.read(says(folder, WHOLE))
    assert (project.settings, project.warm_up) == ("site.settings", "shop.Order")
    assert (project.source, project.docs) == (folder / "src", folder / "docs")
    assert project.sources == (folder / "src", folder / "docs")
    assert project.services == (Service("BANK_URL", ("-m", "bank")),)
    assert (project.celery, project.fixtures) == ("", ())
    told = project.variables(Path("/run"))
    assert told == {"QUEUE": "/run/queue", VARIABLE: str(folder)}


def test_a_project_is_found_from_below_and_by_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a folder within, or wherever a process of a run is."""
    says(folder, WHOLE)
    says(folder / "src", "[project]\nname = 'another'\n")
    assert find(folder / "src").root == folder
    monkeypatch.setenv(VARIABLE, str(folder))
    assert find(Path("/")).root == folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool", "pyproject.toml: cannot be read: "),
        ("[project]\nname = 'x'\n", r"\[tool.proof\] is not there"),
        (WHOLE.replace("warm-up", "warmup"), "warmup: unknown"),
        (
            WHOLE.replace("settings", "celery"),
            "settings: expected the name of a module",
        ),
        (WHOLE.replace("warm-up", "fixtures"), "fixtures: expected a list of texts"),
        (WHOLE.replace('"{run}/queue"', "7"), "environment: expected a table of texts"),
        (WHOLE.replace('"shop.Order"', "[]"), r"warm-up: expected a text, found \[\]"),
        (WHOLE.replace('["-m", "bank"]', '"bank"'), "run, a list of texts, found"),
        (WHOLE.replace('"src"', '"lib"'), "source: no folder .*lib"),
        (WHOLE.replace('["docs"]', '["lib"]'), "more-sources: no folder .*lib"),
        (WHOLE.replace('["docs"]', '"docs"'), "more-sources: expected a list of texts"),
        (
            WHOLE.replace("run =", "start ="),
            "expected variable, a text, and run, .*start",
        ),
    ],
)
def test_what_cannot_be_used_is_named(folder: Path, text: str, said: str) -> None:
    """The error says which file, which key, and what is known."""
    with pytest.raises(ProjectError, match=said):
        Project.read(says(folder, text))


def test_without_a_project_the_command_says_so(folder: Path) -> None:
    """Outside of one there is a sentence, and no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "proof", "list"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        "no pyproject.toml with [tool.proof] here or in a folder above" in done.stderr
    )
    assert "Traceback" not in done.stderr


def test_this_project_is_named_nowhere_in_the_package() -> None:
    """What is true of it alone stands in its file."""
    own = (
        "config.settings",
        "studies",
        "config.celery",
        "config.asgi",
        "trading",
        "codehost",
    )
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "proof").rglob("*.py")
        for name in own
        if name in path.read_text("utf-8")
    ]
    assert found == []
    assert PROJECT.settings == "studies.settings"
