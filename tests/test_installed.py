"""The package, installed from its wheel, proves another project than this one."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from proof.project import ROOT, VARIABLE

Proof = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with both wheels, and with what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    for name in ("proof", "pyproject.toml", "README.md", "LICENSE", "checker"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        source.mkdir(exist_ok=True)
        copy(ROOT / name, source / name)
    for each in (source, source / "checker"):
        build = [sys.executable, "-m", "flit_core.wheel", "--outdir", folder, each]
        subprocess.run(build, check=True, capture_output=True)
    venv.create(folder / "env")
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    wheels = sorted(folder.glob("*.whl"))
    # Nothing is downloaded: the dependencies are those that are installed here.
    python = folder / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run(
        [*pip, "--no-deps", "--no-index", *wheels], check=True, capture_output=True
    )
    (site / "beside.pth").write_text(sysconfig.get_paths()["purelib"], "utf-8")
    return folder / "env" / "bin" / "proof"


@pytest.fixture
def proof(installed: Path, tmp_path: Path) -> Proof:
    """Call the installed command in a copy of the second project."""
    second = tmp_path / "second"
    shutil.copytree(ROOT / "tests" / "second", second)
    clean = {k: v for k, v in os.environ.items() if k not in (VARIABLE, "PYTHONPATH")}

    def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [installed, *arguments],
            cwd=second,
            env=clean,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


def test_the_package_is_the_wheel_s(installed: Path) -> None:
    """Neither the guide nor anything of this folder is there."""
    code = (
        "import proof, django_async_lint.watching as w;"
        "print(*proof.__path__, *w.__path__); import guide"
    )
    said = subprocess.run(
        [installed.with_name("python"), "-c", code],
        cwd=installed.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    paths = said.stdout.split()
    assert [p.startswith(str(installed.parents[1])) for p in paths] == [True, True]
    assert "No module named 'guide'" in said.stderr


def test_another_project_is_proven(proof: Proof) -> None:
    """Its examples run, are recorded, and a second run is as the first."""
    recorded = proof("record", "--lane", "sqlite")
    assert (recorded.returncode, recorded.stderr) == (0, "")
    assert "sqlite           4 of 4 hold" in recorded.stdout
    again = proof("run", "--lane", "sqlite")
    assert (again.returncode, again.stderr) == (0, "")
    assert "not as recorded" not in again.stdout
    shown = proof("show", "sold", "--lane", "sqlite").stdout
    assert "shop_item" in shown and "left" in shown


def test_a_claim_of_another_project_is_refuted(proof: Proof, tmp_path: Path) -> None:
    """What does not hold there is told with its page and its line."""
    page = tmp_path / "second" / "docs" / "selling.md"
    text = page.read_text("utf-8")
    page.write_text(text.replace(".update(left=2)\n", ".update(left=1)\n", 1), "utf-8")
    said = proof("run", "sold", "--lane", "sqlite")
    assert said.returncode == 1
    assert "docs/selling.md:13: # ✅ committed" in said.stdout
    assert "it is False (rows that differ: shop_item pen)" in said.stdout


def test_it_has_its_own_commands_only(proof: Proof) -> None:
    """Those of the guide are the guide's."""
    said = proof("--help").stdout
    assert "record" in said and "serve" not in said
