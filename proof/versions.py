"""The versions of Django that the guide speaks of, and a claim's bounds among them.

A claim without a bound is made for all. `[django<6.0]` makes it for those before
6.0, `[django>=6.0]` for 6.0 and what came after it.
"""

import re
from collections.abc import Iterable

import django

DJANGOS = ("5.2", "6.0", "6.1")
"""What the examples are run with, the oldest first; evidence is of the last."""
NEWEST = DJANGOS[-1]
RUNNING = ".".join(map(str, django.VERSION[:2]))
"""The version that is installed here."""
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
