"""The editions that the guide speaks of, and a claim's bounds among them.

A claim without a bound is made for all. `[django<6.0]` makes it for those before
6.0, `[python>=3.14]` for Python 3.14 and what came after it; with both it is made for
the editions that are within both.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import django

from proof.project import ROOT

PYTHON = ".".join(map(str, sys.version_info[:2]))
"""The Python that runs."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""The Pythons that a bound can name, the oldest first."""
DJANGOS = ("5.2", "6.0", "6.1")
"""What the examples are run with, the oldest first; evidence is of the last."""
RUNNING = ".".join(map(str, django.VERSION[:2]))
"""The Django that is installed here."""
OLDEST_PYTHON = {"6.0": "3.12", "6.1": "3.12"}
"""The oldest Python that a Django installs with, where it is not the oldest of all."""


@dataclass(frozen=True)
class Edition:
    """A Python and a Django, such as 3.13 and 6.1."""

    python: str
    django: str

    def __str__(self) -> str:
        return f"Python {self.python}, Django {self.django}"

    @classmethod
    def named(cls, text: str) -> "Edition":
        """Return the edition of that name.

        Raises:
            ValueError: it is no name of an edition.
        """
        read = NAMED.fullmatch(text)
        if read is None:
            raise ValueError(f'"{text}" is no edition, such as "{DEFAULT}"')
        return cls(read[1], read[2])


def _default_python() -> str:
    path = ROOT / ".python-version"
    if not path.exists():
        return PYTHON
    return ".".join(path.read_text("utf-8").strip().split(".")[:2])


NAMED = re.compile(r"Python (\d+\.\d+), Django (\d+\.\d+)")
HERE = Edition(PYTHON, RUNNING)
"""The edition that runs here."""


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def djangos_for(python: str) -> tuple[str, ...]:
    """Return the versions of Django that install with a Python, the oldest first."""
    oldest = PYTHONS[0]
    return tuple(
        one
        for one in DJANGOS
        if _number(OLDEST_PYTHON.get(one, oldest)) <= _number(python)
    )


DEFAULT = Edition(_default_python(), djangos_for(_default_python())[-1])
"""The edition that evidence is recorded of in full, and that the pages show."""


def _editions() -> Iterator[Edition]:
    # A Python that is newer than all names here is as supported as they are.
    known = sorted({*PYTHONS, PYTHON}, key=_number)
    for python in known:
        for version in djangos_for(python):
            yield Edition(python, version)


EDITIONS = tuple(_editions())
"""Every pair that exists, by Python and then by Django, the oldest first."""
KNOWN = {"python": PYTHONS, "django": DJANGOS}
BOUND = re.compile(r"(python|django)(<|>=)(\d+\.\d+)")


def is_bound(text: str) -> bool:
    """Whether a word behind a claim is meant for a version of Python or Django."""
    return re.match(r"(python|django)[<>=]", text) is not None


def within(bounds: Iterable[str]) -> tuple[Edition, ...]:
    """Return the editions that are within all bounds.

    Raises:
        ValueError: a bound cannot be read, or it leaves all versions in, or none.
    """
    bounds = tuple(bounds)
    meets = [_reader(bound) for bound in bounds]
    found = tuple(one for one in EDITIONS if all(meet(one) for meet in meets))
    if not found:
        raise ValueError(f"no edition is within {', '.join(bounds)}")
    return found


def _reader(bound: str) -> Callable[[Edition], bool]:
    read = BOUND.fullmatch(bound)
    if read is None or read[3] not in KNOWN[read[1]][1:]:
        raise ValueError(f'"{bound}" is not a bound')
    of, below, limit = read[1], read[2] == "<", _number(read[3])
    return lambda one: (_number(getattr(one, of)) < limit) is below


def bounds_of(editions: Iterable[Edition]) -> str | None:
    """Return the shortest bounds that leave just these editions in; None if none do."""
    wanted = set(editions)
    singles = [
        f"{of}{how}{one}"
        for of in ("django", "python")
        for one in KNOWN[of][1:]
        for how in ("<", ">=")
    ]
    for many in range(1, 5):
        for bounds in combinations(singles, many):
            meets = [_reader(bound) for bound in bounds]
            if wanted == {e for e in EDITIONS if all(meet(e) for meet in meets)}:
                return ", ".join(bounds)
    return None
