"""What was found once and is to be left alone, until its line changes."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from django_async_lint.errors import UsageError
from django_async_lint.finding import Finding

Known = Counter[tuple[str, str, str]]


def write(path: Path, findings: Iterable[Finding]) -> int:
    """Write all findings down, by file, code and the text of the line."""
    rows = sorted([one.path, one.code, one.source] for one in findings)
    path.write_text(json.dumps(rows, indent=0, ensure_ascii=False) + "\n", "utf-8")
    return len(rows)


def load(path: Path) -> Known:
    """Read a baseline.

    Raises:
        UsageError: it is not there, or no baseline.
    """
    try:
        rows = json.loads(path.read_text("utf-8"))
        return Counter((file, code, source) for file, code, source in rows)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{path}: no baseline can be read there: {error}. "
            "Write one with --write-baseline."
        ) from None


def new(findings: Iterable[Finding], known: Known) -> Iterator[Finding]:
    """Yield the findings that a baseline does not hold, each of its lines once."""
    left = Counter(known)
    for one in findings:
        key = (one.path, one.code, one.source)
        if left[key] > 0:
            left[key] -= 1
        else:
            yield one
