"""The versions that the guide speaks of, and a claim's bounds among them.

A claim without a bound is made for all. `[django<6.0]` makes it for those before
6.0, `[django>=6.0]` for 6.0 and what came after it.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import django

DJANGOS = ("5.2", "6.0", "6.1")
"""What the examples are run with, the oldest first; evidence is of the last."""
NEWEST = DJANGOS[-1]
RUNNING = ".".join(map(str, django.VERSION[:2]))
"""The version that is installed here."""
PYTHON = ".".join(map(str, sys.version_info[:2]))
"""The Python that runs."""


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
    path = Path(__file__).resolve().parent.parent / ".python-version"
    return ".".join(path.read_text("utf-8").strip().split(".")[:2])


NAMED = re.compile(r"Python (\d+\.\d+), Django (\d+\.\d+)")
DEFAULT = Edition(_default_python(), NEWEST)
"""The edition that evidence is recorded of in full, and that the pages show."""
HERE = Edition(PYTHON, RUNNING)
"""The edition that runs here."""
BOUND = re.compile(r"django(<|>=)(\d+\.\d+)")


def is_bound(text: str) -> bool:
    """Whether a word behind a claim is meant for Django's version."""
    return text.startswith("django<") or text.startswith("django>")


def within(bounds: Iterable[str]) -> tuple[str, ...]:
    """Return the versions that are within all bounds.

    Raises:
        ValueError: a bound cannot be read, or it leaves all versions in, or none.
    """
    found: tuple[str, ...] = DJANGOS
    for bound in bounds:
        found = tuple(one for one in found if one in _within(bound))
    if not found:
        raise ValueError(f"no version of Django is within {', '.join(bounds)}")
    return found


def _within(bound: str) -> tuple[str, ...]:
    read = BOUND.fullmatch(bound)
    if read is None or read[2] not in DJANGOS[1:]:
        raise ValueError(f'"{bound}" is not a bound')
    at = DJANGOS.index(read[2])
    return DJANGOS[:at] if read[1] == "<" else DJANGOS[at:]
