"""A one-off script: a real file beside the project, run as `__main__`."""

import os
import runpy
import sys
from contextlib import suppress
from itertools import chain
from pathlib import Path

from proof.places.place import Block, Place
from proof.project import PROJECT


class Script(Place):
    """A block that is a file in `scripts/`, beside the project's packages."""

    name = "script"
    ran_as = "Run as a script, a file of its own"
    sets_up_django = True

    def file(self, folder: Path, name: str) -> Path:
        return folder / "project" / "scripts" / f"{name}.py"

    def run(self, block: Block) -> None:
        """Run `python scripts/NAME.py` from the folder of the project.

        The project's packages stand beside `scripts/` as links, so that a script finds
        them exactly as it would in a checkout.
        """
        project = block.file.parent.parent
        for entry in chain.from_iterable(one.iterdir() for one in PROJECT.sources):
            with suppress(FileExistsError):  # Each may have a `__pycache__`.
                (project / entry.name).symlink_to(entry)
        sources = [*map(str, PROJECT.sources)]
        path = [one for one in sys.path if one not in sources]
        sys.path[:] = [str(block.file.parent), *path]
        os.chdir(project)
        sys.argv = [f"scripts/{block.file.name}"]
        runpy.run_path(str(block.file), run_name="__main__")
