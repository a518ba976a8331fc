"""From paths to source files, and to the names of their modules."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from os.path import relpath
from pathlib import Path

from django_async_lint.errors import UsageError

SKIPPED = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".tox",
        ".nox",
        ".venv",
        "venv",
        ".env",
        "env",
        "node_modules",
        "site-packages",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        "build",
        "dist",
        ".eggs",
    ]
)


def find(paths: Sequence[str], exclude: Sequence[str], root: Path) -> list[Path]:
    """Return the Python files at or below some paths, each once, in order.

    Raises:
        UsageError: a path is not there.
    """
    found: dict[Path, None] = {}
    for one in paths:
        path = Path(one)
        if not path.exists():
            raise UsageError(f"there is no {one}. Name files or folders that exist.")
        for file in [path] if path.is_file() else sorted(_below(path)):
            if not excluded(shown(file, root), exclude):
                found[file] = None
    return list(found)


def _below(folder: Path) -> Iterator[Path]:
    for one in folder.iterdir():
        if one.is_dir() and one.name not in SKIPPED and not one.is_symlink():
            if not (one / "pyvenv.cfg").exists():
                yield from _below(one)
        elif one.suffix == ".py" and one.is_file():
            yield one


def excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether a pattern fits a path, or a folder above it."""
    parts = path.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return any(fnmatch(one, p.rstrip("/")) for p in patterns for one in above)


def shown(path: Path, root: Path) -> str:
    """Return a path as it is shown: from the root, with slashes."""
    return relpath(path, root).replace("\\", "/")


def module_name(path: Path) -> str:
    """Return the dotted name of a file's module: from the topmost package on."""
    folder, parts = path.resolve().parent, [path.stem]
    while (folder / "__init__.py").exists() and folder.parent != folder:
        parts.insert(0, folder.name)
        folder = folder.parent
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)
