"""The site as a folder: built by MkDocs, or by its successor, and completed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from mkdocs.config import load_config

from guide.after import finish
from guide.llms import write_texts
from proof.errors import ProofError
from proof.project import ROOT

CONFIG = ROOT / "mkdocs.yml"
NEXT = ROOT / ".proof" / "next"
"""Where the successor is installed, apart from the environment of everything else."""


AFTER_OURS = (
    "import runpy, sys; sys.path += [sys.argv.pop(1), '']; "
    "runpy.run_module('zensical', run_name='__main__', alter_sys=True)"
)
"""Runs the successor with the packages of this environment, and its own behind them."""


class NotBuilt(ProofError, RuntimeError):
    """A builder has built nothing; the text is what it said."""


class NotInstalled(ProofError, RuntimeError):
    """The successor could not be installed; the text is what the installer said."""


def with_mkdocs(folder: Path) -> None:
    """Build the site into a folder, an error for each warning.

    Raises:
        NotBuilt: MkDocs has warned of something or failed.
    """
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    _run([*build, "--site-dir", str(folder)], NotBuilt)
    _complete(folder)


def with_zensical(folder: Path) -> None:
    """Build the site with Zensical, which is installed if it is not yet there.

    Raises:
        NotInstalled: it cannot be installed here.
        NotBuilt: it has failed.
    """
    if not NEXT.exists():
        _install()
    shutil.rmtree(folder, ignore_errors=True)
    told = _config(folder)
    try:
        build = [sys.executable, "-c", AFTER_OURS, str(NEXT), "build", "--clean"]
        _run([*build, "--config-file", str(told)], NotBuilt)
    finally:
        told.unlink()
    _complete(folder)


def _config(folder: Path) -> Path:
    """Write the settings again, beside the first, with another folder to build into."""
    path = ROOT / ".mkdocs-next.yml"
    to = os.path.relpath(folder, ROOT)
    path.write_text(f"{CONFIG.read_text('utf-8')}\nsite_dir: {to}\n", "utf-8")
    return path


def _install() -> None:
    target = ["--target", str(NEXT), "--quiet", "--disable-pip-version-check"]
    install = [sys.executable, "-m", "pip", "install", *target, "zensical"]
    try:
        _run(install, NotInstalled)
    except NotInstalled:
        shutil.rmtree(NEXT, ignore_errors=True)
        raise


def _run(command: list[str], error: type[ProofError]) -> None:
    quiet = {"NO_MKDOCS_2_WARNING": "1", "PROOF_SERVE": ""}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **quiet},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise error(f"{' '.join(command[1:4])} has failed:\n{done.stdout[-2000:]}")


def _complete(folder: Path) -> None:
    config: Any = load_config(str(CONFIG))
    write_texts(folder, config.site_name, config.nav)
    finish(folder)
