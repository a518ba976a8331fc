"""What was read of a file, kept by the file's content."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

import django_async_lint
from django_async_lint.codec import made, plain
from django_async_lint.facts import Module

DEFAULT = ".django_async_lint_cache"


def _own() -> str:
    """Return a mark of the checker itself: its facts change with its code."""
    folder = Path(django_async_lint.__file__).parent
    sources = [
        folder / "facts.py",
        folder / "values.py",
        *(folder / "reading").glob("*.py"),
    ]
    text = b"".join(path.read_bytes() for path in sorted(sources))
    return hashlib.sha256(text).hexdigest()


class Cache:
    """A folder with one file for each content that was read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._mark = _own()

    def prepare(self) -> None:
        """Make the folder, with a .gitignore of its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / ".gitignore").write_text("*\n", "utf-8")

    def key(self, source: bytes, path: str, name: str) -> str:
        """Return what a file is kept by."""
        parts = "\0".join((self._mark, path, name)).encode()
        return hashlib.sha256(parts + b"\0" + source).hexdigest()

    def load(self, key: str) -> Module | None:
        """Return what was kept, None if nothing, or nothing that can be read."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            data = json.loads((self.folder / f"{key}.json").read_text("utf-8"))
            module: Module = made(Module, data)
            return module
        return None

    def keep(self, key: str, module: Module) -> None:
        """Keep what was read; the file is whole or not there."""
        target = self.folder / f"{key}.json"
        with suppress(OSError):
            part = target.with_suffix(".part")
            part.write_text(json.dumps(plain(module)), "utf-8")
            part.replace(target)
