"""`# noqa: CODE reason`: findings that somebody has looked at."""

from collections.abc import Iterable, Iterator

from django_async_lint.facts import Excuse, Module
from django_async_lint.finding import Finding

NO_REASON, NO_USE = "DAL001", "DAL002"


def excused(findings: Iterable[Finding], module: Module) -> Iterator[Finding]:
    """Yield the findings without an excuse at their line, and what excuses lack.

    An excuse has a reason. One without excuses nothing, and is told; so is one that
    excuses what is not found.
    """
    by_line = {one.line: one for one in module.excuses}
    used: set[tuple[int, str]] = set()
    for one in findings:
        excuse = by_line.get(one.line)
        if excuse is not None and one.code in excuse.codes and excuse.reason:
            used.add((one.line, one.code))
        else:
            if excuse is not None and one.code in excuse.codes:
                used.add((one.line, one.code))
            yield one
    for excuse in module.excuses:
        yield from _lacking(excuse, module.path, used)


def _lacking(
    excuse: Excuse, path: str, used: set[tuple[int, str]]
) -> Iterator[Finding]:
    at = (path, excuse.line, excuse.column)
    codes = ", ".join(excuse.codes)
    if not excuse.reason:
        yield Finding(
            *at,
            NO_REASON,
            f"noqa: {codes} has no reason",
            "nobody can tell later whether it still holds",
            f"noqa: {codes} because …",
        )
    for code in excuse.codes:
        if (excuse.line, code) not in used:
            yield Finding(
                *at,
                NO_USE,
                f"noqa: {code} excuses nothing here",
                "what it was for is gone",
                "take it out",
            )
