"""The checker's wheel, in an environment in which nothing else is."""

import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from proof.project import ROOT


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the wheel, and with nothing else."""
    folder = tmp_path_factory.mktemp("checker")
    build = [sys.executable, "-m", "flit_core.wheel", "--outdir", folder]
    subprocess.run([*build, ROOT / "checker"], check=True, capture_output=True)
    venv.create(folder / "env")
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(site)
        (metadata,) = (n for n in opened.namelist() if n.endswith("/METADATA"))
        needs = re.findall(rb"Requires-Dist: .+", opened.read(metadata))
        assert all(b"extra == " in one for one in needs), needs
    return folder / "env" / "bin" / "python"


def test_it_runs_where_nothing_else_is(python: Path, tmp_path: Path) -> None:
    """It checks a file, and explains a rule from the data that it carries."""
    code = "async def work():\n    pass\n\n\ndef run():\n    work()\n"
    (tmp_path / "shop.py").write_text(code, "utf-8")
    said = _ask(python, tmp_path, "check", "--no-cache", ".")
    assert said.returncode == 1, said.stderr
    assert said.stdout.startswith("shop.py:6:5: DAL302 work() is not awaited")
    assert (
        "Seen when it was run" in _ask(python, tmp_path, "--explain", "dal302").stdout
    )


def _ask(
    python: Path, folder: Path, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    command = [python, "-I", "-m", "django_async_lint", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
