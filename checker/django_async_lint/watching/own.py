"""Which files are whose: the code that a line is looked for in."""

from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = str(Path(__file__).resolve().parent.parent)
INSTALLED = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class OneFile:
    """The code of one file alone."""

    file: str

    def __call__(self, file: str) -> bool:
        return file == self.file


@dataclass(frozen=True)
class Project:
    """The code below a folder, without what is installed there, and without this.

    A folder such as `.venv` may lie within the project. What a frame calls its file
    is asked for with every statement, so each answer is kept.
    """

    root: Path
    known: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, file: str) -> bool:
        known = self.known.get(file)
        if known is None:
            known = self.known[file] = self._is_own(file)
        return known

    def _is_own(self, file: str) -> bool:
        path = Path(file).absolute()
        if file.startswith("<") or path.is_relative_to(PACKAGE):
            return False
        parts = path.relative_to(self.root).parts if self._holds(path) else ()
        return bool(parts) and not {*INSTALLED} & {*parts}

    def _holds(self, path: Path) -> bool:
        return path.is_relative_to(self.root)

    def shorten(self, file: str) -> str:
        """Return a file's name as it is told: from the project's root."""
        path = Path(file).absolute()
        return str(path.relative_to(self.root)) if self._holds(path) else file
