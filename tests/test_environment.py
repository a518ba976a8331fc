"""Set-up finds the newest Python that works, by itself."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from proof.project import ROOT

FAKE = """#!/bin/sh
case "$1 $2" in
    -c*) {says} ;;
    "-m venv") mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    "-m pip") {installs} ;;
    "-m compileall") echo "$*" >compiled ;;
esac
"""
REFUSED = 'echo "ERROR: No matching distribution found for django"; exit 1'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with the script, the requirements, and `bin` for interpreters."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "requirements.txt").write_text("django==6.1\n", "utf-8")
    return tmp_path


def add(machine: Path, name: str, says: str, installs: str = "exit 0") -> None:
    """Put a fake interpreter on the machine's PATH."""
    path = machine / "bin" / name
    path.write_text(FAKE.format(says=says, installs=installs), "utf-8")
    path.chmod(0o755)


def set_up(
    machine: Path, asked: str = ".venv", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the script there, with none of this machine's interpreters in reach."""
    tools = machine / "tools"
    tools.mkdir(exist_ok=True)
    for name in (
        "sh",
        "ls",
        "tr",
        "grep",
        "awk",
        "sort",
        "sed",
        "tail",
        "head",
        "mkdir",
        "cp",
        "cat",
        "cmp",
        "rm",
    ):
        found = shutil.which(name)
        assert found
        if not (tools / name).exists():
            (tools / name).symlink_to(found)
    return subprocess.run(
        ["sh", str(ROOT / "tools" / "environment.sh"), asked],
        cwd=machine,
        env={
            "PATH": f"{machine / 'bin'}{os.pathsep}{tools}",
            "HOME": str(machine),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_is_taken_whatever_its_number(machine: Path) -> None:
    """A Python that came out after this was written is found by its name."""
    add(machine, "python3.12", "echo 3.12")
    add(machine, "python3.27", "echo 3.27")
    add(machine, "python3.9", "echo 3.9")
    done = set_up(machine)
    assert done.returncode == 0, done.stderr
    assert "with Python 3.27" in done.stdout
    assert (machine / ".venv" / "stamp").exists()


def test_packages_and_the_project_are_compiled(machine: Path) -> None:
    """Where Python keeps no cache, each process would compile them anew."""
    add(machine, "python3", "echo 3.14")
    assert set_up(machine).returncode == 0
    told = (machine / "compiled").read_text("utf-8").split()
    assert {"proof", "checker", "examples", "cases"} < {*told}
    assert any(one.endswith("site-packages") for one in told)


def test_one_without_a_number_is_found(machine: Path) -> None:
    """Debian's own Python is `python3`, and is enough."""
    add(machine, "python3", "echo 3.14")
    assert "with Python 3.14" in set_up(machine).stdout


def test_a_shim_that_does_not_run_is_passed_over(machine: Path) -> None:
    """A name of a version manager whose version is not installed is no Python."""
    add(machine, "python3.14", "exit 127")
    add(machine, "python3.13", "echo 3.13")
    assert "with Python 3.13" in set_up(machine).stdout


def test_pyenvs_are_found_behind_its_shims(machine: Path) -> None:
    """What pyenv has installed counts, also where no name on the PATH leads to it."""
    folder = machine / ".pyenv" / "versions" / "3.13.1" / "bin"
    folder.mkdir(parents=True)
    add(machine, "python", "echo 3.13")
    (machine / "bin" / "python").rename(folder / "python")
    assert "with Python 3.13" in set_up(machine).stdout


def test_the_next_older_one_where_packages_do_not_install(machine: Path) -> None:
    """A Python that is too new for a package is named, and the next one is taken."""
    add(machine, "python3.15", "echo 3.15", REFUSED)
    add(machine, "python3.13", "echo 3.13")
    done = set_up(machine)
    assert done.returncode == 0, done.stderr
    assert "with Python 3.15: No matching distribution" in done.stdout
    assert "Preparing .venv with Python 3.13" in done.stdout


def test_no_stamp_where_nothing_installs(machine: Path) -> None:
    """Set-up that failed is not taken for done, and says where to look."""
    add(machine, "python3.13", "echo 3.13", REFUSED)
    done = set_up(machine)
    assert done.returncode == 1
    assert ".proof/environment.log" in done.stderr
    assert not (machine / ".venv" / "stamp").exists()


def test_too_old_is_told(machine: Path) -> None:
    """A machine with an older Python alone hears what is needed and how to name it."""
    add(machine, "python3", "echo 3.10")
    done = set_up(machine)
    assert done.returncode == 1
    assert "No Python 3.11 or newer" in done.stderr
    assert "make PYTHON=" in done.stderr


def test_the_one_that_is_named_is_taken(machine: Path) -> None:
    """`PYTHON=…` is no wish: nothing else is tried."""
    add(machine, "python3.14", "echo 3.14")
    add(machine, "mine", "echo 3.12", REFUSED)
    done = set_up(machine, PYTHON=str(machine / "bin" / "mine"))
    assert done.returncode == 1
    assert "with Python 3.12" in done.stdout
    assert "3.14" not in done.stdout


def test_what_is_here_is_listed(machine: Path) -> None:
    """The matrix asks which Pythons there are; nothing is made for the answer."""
    add(machine, "python3.12", "echo 3.12")
    add(machine, "python3", "echo 3.14")
    add(machine, "python3.10", "echo 3.10")
    lines = set_up(machine, "--list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["3.14", "3.12"]
    assert not (machine / "--list").exists()


def test_a_group_that_cannot_be_installed_is_named_and_the_next_is_tried(
    tmp_path: Path,
) -> None:
    """The reason is said, nothing stops, and what was installed is not done again."""
    for name in ("requirements", ".proof", "bin"):
        (tmp_path / name).mkdir()
    for name in ("api", "shells"):
        (tmp_path / "requirements" / f"group-{name}.txt").write_text(name, "utf-8")
    python = tmp_path / "bin" / "python"
    python.write_text(
        f'#!/bin/sh\necho "$*" >>asked\ncase "$*" in *group-api*) {REFUSED} ;; esac\n',
        "utf-8",
    )
    python.chmod(0o755)

    def installed() -> str:
        words = ["sh", str(ROOT / "tools" / "groups.sh"), "."]
        done = subprocess.run(
            words, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout

    said = "requirements/group-api.txt could not be installed: "
    assert installed() == f"{said}No matching distribution found for django\n"
    assert (tmp_path / "group-shells.txt").read_text("utf-8") == "shells"
    assert not (tmp_path / "group-api.txt").exists()
    (tmp_path / "asked").unlink()
    installed()
    asked = (tmp_path / "asked").read_text("utf-8")
    assert "group-api" in asked and "group-shells" not in asked


def test_a_group_that_a_goal_needs_is_installed_once_or_the_goal_fails(
    tmp_path: Path,
) -> None:
    """`make serve` asks for `docs`: nothing of `lint` is installed for it."""
    for name in ("requirements", ".proof", "bin"):
        (tmp_path / name).mkdir()
    for name in ("docs", "lint", "group-api"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(name, "utf-8")
    python = tmp_path / "bin" / "python"
    python.write_text(
        f'#!/bin/sh\necho "$*" >>asked\ncase "$*" in *lint.txt*) {REFUSED} ;; esac\n',
        "utf-8",
    )
    python.chmod(0o755)

    def install(*groups: str) -> "subprocess.CompletedProcess[str]":
        words = ["sh", str(ROOT / "tools" / "groups.sh"), ".", *groups]
        return subprocess.run(
            words, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    assert [install("docs").returncode, install("docs").returncode] == [0, 0]
    assert (tmp_path / "asked").read_text("utf-8").count("docs.txt") == 1
    failed = install("docs", "lint")
    said = "requirements/lint.txt could not be installed: No matching distribution"
    assert failed.returncode == 1 and failed.stderr.startswith(said)
    assert "api" not in (tmp_path / "asked").read_text("utf-8")


ALONE = """
import importlib, sys

refused = set(sys.argv[1].split())


class Refuses:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"{name} is of a group")


sys.meta_path.insert(0, Refuses())
for name in ("run", "list", "show", "clean"):
    importlib.import_module(f"proof.commands.{name}")
for name in ("interpreter", "child", "clean_up", "fill"):
    importlib.import_module(f"proof.running.{name}")
"""


def locked(name: str) -> set[str]:
    """Return the distributions that a lock names."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return {line.partition("==")[0] for line in lines if "==" in line}


def test_a_run_needs_nothing_of_the_groups() -> None:
    """Its commands and its processes import the project's dependencies alone."""
    groups = [f"requirements/{one}.txt" for one in ("docs", "lint", "browser", "suite")]
    of_groups = set[str]().union(*map(locked, groups)) - locked("requirements.txt")
    assert {"mkdocs", "watchfiles", "mypy", "playwright"} <= of_groups
    modules = [
        module
        for module, names in packages_distributions().items()
        if of_groups >= {one.lower().replace("_", "-") for one in names}
    ]
    assert {"markdown", "mkdocs", "watchfiles", "playwright", "xdist"} <= {*modules}
    code = [sys.executable, "-c", ALONE, " ".join(modules)]
    done = subprocess.run(code, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
