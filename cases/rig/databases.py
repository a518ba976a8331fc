"""Fresh databases for runs of the pipeline, one template a lane."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from cases.rig.prepared import Invocation
from proof.databases.database import Database
from proof.lanes import LANES as ALL
from proof.project import PROJECT, ROOT

LANES = ("sqlite", "postgresql")


@contextmanager
def databases(lane: str, folder: Path) -> Iterator[Callable[[], str]]:
    """Give what makes a fresh database and returns its URL; remove them all.

    Raises:
        LaneUnavailable: no server answers.
        AssertionError: the template could not be filled; says why.
    """
    here = _database(lane, folder)
    numbers, made = count(1), list[str]()

    def make() -> str:
        made.append(here.create(str(next(numbers))))
        return made[-1]

    try:
        _fill(here.template(), folder)
        yield make
    finally:
        for url in made:
            here.drop(url)
        here.close()


def _database(name: str, folder: Path) -> Database:
    database = ALL[name].started(folder, secrets.token_hex(4))
    database.prepare()
    return database


def _fill(url: str, folder: Path) -> None:
    paths = os.pathsep.join(map(str, [ROOT, *PROJECT.sources]))
    told = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": paths}
    said = folder / "filled"
    process = Invocation(["-m", "proof.running.fill"], told, ROOT, said, said).start()
    process.join()
    assert process.exitcode == 0, said.read_text("utf-8")
