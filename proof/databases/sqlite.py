"""SQLite, with a file for each example."""

import shutil
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from proof.databases.database import Database

SEALED: dict[Path, bytes] = {}
"""Templates of SQLite that lie in this process and on no disk."""


class Sqlite(Database):
    """SQLite in a file; a fresh database is a copied file."""

    only_reads = "PRAGMA query_only = ON"

    def template(self) -> str:
        return self._url(f"{self.lane}_template")

    def create(self, number: str) -> str:
        template = self._path(f"{self.lane}_template")
        if template in SEALED:
            self._path(number).write_bytes(SEALED[template])
        else:
            shutil.copyfile(template, self._path(number))
        return self._url(number)

    def seal(self) -> None:
        template = self._path(f"{self.lane}_template")
        SEALED[template] = template.read_bytes()
        template.unlink()

    def drop(self, url: str) -> None:
        path = Path(unquote(urlsplit(url).path[1:]))
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)

    def close(self) -> None:
        self.drop(self.template())

    def _path(self, number: str) -> Path:
        return self.folder / f"{number}.sqlite3"

    def _url(self, number: str) -> str:
        return f"sqlite:///{quote(str(self._path(number)))}"
