"""What the evidence costs the site's build: the same pages, with it and without."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guide.bench.runs import Cost, measured
from proof.project import ROOT

CONFIGURATION = ROOT / "mkdocs.yml"
WITH, WITHOUT = "guide.fence.fence", "guide.bench.site.fence"


def site() -> tuple[Cost, Cost]:
    """Build the site as it is, and then with nothing below its blocks."""
    text = CONFIGURATION.read_text("utf-8")
    return _built(text), _built(without_evidence(text))


def without_evidence(configuration: str) -> str:
    """Return a configuration of MkDocs in which blocks are shown as by any site.

    Raises:
        ValueError: it names no fence that shows evidence.
    """
    if WITH not in configuration:
        raise ValueError(f"{CONFIGURATION.name} does not name {WITH}")
    return configuration.replace(WITH, WITHOUT)


def fence(
    source: str,
    language: str,
    class_name: str,
    options: Mapping[str, str],
    md: Any,
    id_value: str = "",
    **others: Any,
) -> str:
    """Return a block's code as any site would show it."""
    code: str = md.preprocessors["fenced_code_block"].highlight(
        src=source,
        language="python",
        options={},
        md=md,
        classes=[],
        id_value=id_value,
        attrs={},
    )
    return code


def _built(configuration: str) -> Cost:
    # Beside the real one, as its paths are relative to where it lies.
    with (
        tempfile.NamedTemporaryFile("w", dir=ROOT, suffix=".yml") as file,
        tempfile.TemporaryDirectory(prefix="proof-bench-") as folder,
    ):
        file.write(configuration)
        file.flush()
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
        command += [
            "--config-file",
            file.name,
            "--site-dir",
            str(Path(folder) / "site"),
        ]
        return measured(
            lambda: subprocess.run(
                command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL
            )
        )
