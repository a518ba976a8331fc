"""What the code host knows: fourteen pull requests, each made from its number."""

import hashlib
from typing import Any

REPOSITORY = "example/engine"
NUMBERS = range(2401, 2415)

_TITLES = ("Route orders by venue", "Cache quotes", "Tidy the ledger")
_PATHS = ("engine/router.py", "engine/quotes.py", "engine/ledger.py")
_VERDICTS = ("approved", "changes_requested", "commented")


def pull_request(number: int) -> dict[str, Any]:
    """Return a pull request; its line counts are the sums over its files."""
    changed = files(number)
    return {
        "number": number,
        "title": _TITLES[number % 3],
        "state": "open" if number % 2 else "merged",
        "additions": sum(file["additions"] for file in changed),
        "deletions": sum(file["deletions"] for file in changed),
    }


def files(number: int) -> list[dict[str, Any]]:
    """Return the files of a pull request: one to three, 2408 with code and data."""
    if number == 2408:
        return [_file("engine/router.go", 24), _file("testdata/quotes.csv", 120)]
    return [_file(path, number % 10 + 1) for path in _PATHS[: number % 3 + 1]]


def commits(number: int) -> list[dict[str, Any]]:
    """Return the commits of a pull request: one or two."""
    return [
        {"sha": _sha(f"{number}/{part}"), "message": f"Part {part} of #{number}"}
        for part in range(1, number % 2 + 2)
    ]


def reviews(number: int) -> list[dict[str, Any]]:
    """Return the reviews of a pull request: none to two."""
    reviewers = ("reviewer-a", "reviewer-b")[: number % 3]
    return [
        {"reviewer": reviewer, "state": _VERDICTS[(number + place) % 3]}
        for place, reviewer in enumerate(reviewers)
    ]


def _file(path: str, additions: int) -> dict[str, Any]:
    return {"path": path, "additions": additions, "deletions": additions // 2}


def _sha(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
