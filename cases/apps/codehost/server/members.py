"""Who belongs to an organisation: 23 people, told in well-behaved and other ways."""

from typing import Any

PAGE_SIZE = 5
SLOW = 0.8
"""Seconds before each page of the slow organisation."""
BROKEN_PAGE = 3

_NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gro", "Hal")
_PEOPLE = [
    {
        "login": f"dev-{number:02}",
        "name": f"{_NAMES[number % 8]} {chr(64 + number)}.",
        "role": "owner" if number == 1 else "member",
    }
    for number in range(1, 24)
]

ORGANISATIONS = {
    "example": "answers at once",
    "example-slow": "waits before each page",
    "example-broken": "answers page 3 with 503",
    "example-repeats": "begins each page with the last member of the page before",
    "example-empty": "names no member",
}
"""What an organisation shows, by its name."""


def page(organisation: str, number: int) -> tuple[list[dict[str, Any]], int | None]:
    """Return the members on a page, and the number of the next one, if any."""
    people = [] if organisation == "example-empty" else _PEOPLE
    start = (number - 1) * PAGE_SIZE
    items = people[start : start + PAGE_SIZE]
    if organisation == "example-repeats" and number > 1 and items:
        items = [people[start - 1], *items]
    more = start + PAGE_SIZE < len(people)
    return items, number + 1 if more else None
