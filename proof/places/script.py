"""A one-off script: a real file beside the project, run as `__main__`."""

import os
import runpy
import sys
from pathlib import Path

from proof.places import Block


def file(folder: Path, name: str) -> Path:
    """Return where the script lies: in `scripts/`, beside the project's packages."""
    return folder / "project" / "scripts" / f"{name}.py"


def run(block: Block) -> None:
    """Run `python scripts/NAME.py` from the folder of the project.

    The project's packages stand beside `scripts/` as links, so that a script finds
    them exactly as it would in a checkout.
    """
    project = block.file.parent.parent
    for entry in Path(os.environ["PROOF_EXAMPLES"]).iterdir():
        (project / entry.name).symlink_to(entry)
    examples = os.environ["PROOF_EXAMPLES"]
    sys.path[:] = [str(block.file.parent)] + [p for p in sys.path if p != examples]
    os.chdir(project)
    sys.argv = [f"scripts/{block.file.name}"]
    runpy.run_path(str(block.file), run_name="__main__")
