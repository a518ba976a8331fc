"""What it takes to add a lane, a place or a symptom: so many files, and no more."""

import filecmp
import os
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from support import fence, write

from proof.project import ROOT

PLACE = '''
"""A cell: lines that are run where they stand."""

import runpy
from pathlib import Path

from proof.places.place import Block, Place


class Cell(Place):
    """A block that is run as a file, in a process with Django set up."""

    name = "cell"
    ran_as = "Run as a cell"
    under = ("warm", "cold")

    def file(self, folder: Path, name: str) -> Path:
        return folder / "cells" / f"{name}.py"

    def run(self, block: Block) -> None:
        print(block.under)
        runpy.run_path(str(block.file))
'''
SYMPTOM = '''
"""❌ A row is there twice."""

from collections.abc import Iterator

from proof.claims.asked import Asked, has_become_true
from proof.claims.claim import Claim
from proof.claims.kind import Reason
from proof.outcome import Outcome


class Doubled(Asked):
    """What the twin writes once was written twice."""

    name = "doubled"
    rank = 11
    in_words = "a row is there twice"

    def refuted(self, claim: Claim, outcome: Outcome) -> Iterator[Reason]:
        yield from has_become_true(claim, outcome)
'''
LANE = """
        Lane("log", "SQLite with a log", "proof.databases.with_log:WithLog"),
        Lane("sqlite", """
DATABASE = '''
"""SQLite, with a write-ahead log."""

import sqlite3
from contextlib import closing

from proof.databases.sqlite import Sqlite


class WithLog(Sqlite):
    """SQLite, with a write-ahead log."""

    def create(self, number: str) -> str:
        url = super().create(number)
        with closing(sqlite3.connect(self._path(number))) as connection:
            connection.execute("PRAGMA journal_mode = wal")
        return url
'''
GOOD = """
from django.db import connection
from trading.models import Trade

with connection.cursor() as cursor:
    print(cursor.execute("PRAGMA journal_mode").fetchone()[0])
Trade.objects.create(order_id=7, quantity=1, price=3)
#> warm
#> wal
# ✅ committed: Trade.objects.filter(order=7, price=3).count() == 1
"""
BAD = GOOD.replace("\nTrade", "\nfor _ in range(2):\n    Trade").replace(
    "✅ committed: Trade.objects.filter(order=7, price=3).count() == 1",
    "❌ doubled: Trade.objects.filter(order=7, price=3).count() == 2",
)
DRIVER = """
import sys
from itertools import chain
from pathlib import Path
from proof.judging.check import check
from proof.lanes import LANES
from proof.places import PLACES
from proof.reading.extract import extract
from proof.running.run import run
from proof.showing.words import symptom

examples = extract(Path(sys.argv[1]))
report = run(examples, examples, ["log"])
checked = check(report, examples)
print(*(str(one) for one in checked.verdicts), report.left_out or "", sep="\\n")
bad = examples[1]
print(symptom(bad.claims[0], report.of("bad")["log"]), "in", LANES["log"].words)
print(PLACES[bad.place].ran_as)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package, beside one of the project."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in ("proof", "examples", "cases"):
        ignored = shutil.ignore_patterns("__pycache__", "*.sqlite3*")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    return tmp_path / "proof"


def touched(compared: "filecmp.dircmp[str]") -> list[str]:
    """Return the files that are new or differ, below two folders."""
    below = map(touched, compared.subdirs.values())
    return [*compared.right_only, *compared.diff_files, *chain.from_iterable(below)]


def test_a_lane_a_place_and_a_symptom_are_four_files(package: Path) -> None:
    """Two for a lane, and one each for the others; then blocks of theirs hold."""
    added = {
        "places/cell.py": PLACE,
        "claims/kinds/doubled.py": SYMPTOM,
        "databases/with_log.py": DATABASE,
    }
    for path, text in added.items():
        (package / path).write_text(text.lstrip(), "utf-8")
    lanes = package / "lanes.py"
    text = lanes.read_text("utf-8")
    lanes.write_text(text.replace('\n        Lane("sqlite", ', LANE), "utf-8")
    compared = filecmp.dircmp(ROOT / "proof", package, ignore=["__pycache__"])
    names = ["cell.py", "doubled.py", "lanes.py", "with_log.py"]
    assert sorted(touched(compared)) == names
    docs = write(
        package.parent,
        fence("good", GOOD, place="cell"),
        fence("bad", BAD, "❌ It writes twice", place="cell", twin="good"),
    )
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, docs],
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-2:] == [
        "a row is there twice in SQLite with a log",
        "Run as a cell",
    ], done.stdout + done.stderr
    assert done.stdout.count(": holds\n") == 2, done.stdout
