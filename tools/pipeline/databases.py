"""Fresh databases for runs of the pipeline, one template a lane."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from proof.extract import ROOT
from proof.find_server import lane as find_lane
from proof.lanes import Lane, Postgres

LANES = ("sqlite", "postgresql")


@contextmanager
def databases(lane: str, folder: Path) -> Iterator[Callable[[], str]]:
    """Give what makes a fresh database and returns its URL; remove them all.

    Raises:
        LaneUnavailable: no server answers.
    """
    here = _lane(lane, folder)
    numbers, made = count(1), list[str]()

    def make() -> str:
        made.append(here.create(str(next(numbers))))
        return made[-1]

    try:
        _fill(here.template())
        yield make
    finally:
        for url in made:
            here.drop(url)
        here.close()


def _lane(name: str, folder: Path) -> Lane:
    lane = find_lane(name, secrets.token_hex(4), folder)
    if isinstance(lane, Postgres):
        lane.prepare()
    return lane


def _fill(url: str) -> None:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "examples")])
    told = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": paths}
    subprocess.run([sys.executable, "-m", "proof.template"], env=told, check=True)
