"""What a test or a project allows, and why: without a reason it is an error."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django_async_lint.guard.kinds import KINDS

MARK = "async_guard"
SETTING = "ASYNC_GUARD_ALLOW"
Test = TypeVar("Test", bound=Callable[..., Any])


class AllowedError(ValueError):
    """An exception from the guard names no kind that there is, or has no reason."""


def async_guard(*, allow: Iterable[str], reason: str) -> Callable[[Test], Test]:
    """Allow kinds of findings in a test function or in a class of tests."""
    allowed = frozenset(checked(allow, reason, "@async_guard"))

    def mark(test: Test) -> Test:
        setattr(test, MARK, allowed | getattr(test, MARK, frozenset()))
        return test

    return mark


def checked(allow: Iterable[str], reason: object, where: str) -> list[str]:
    """Return the kinds that are allowed, if each is one and there is a reason.

    Raises:
        AllowedError: it is not so; `where` says whose exception it is.
    """
    kinds = [allow] if isinstance(allow, str) else list(allow)
    unknown = [one for one in kinds if one not in KINDS]
    if unknown or not kinds:
        said = ", ".join(map(repr, unknown)) or "no kind"
        raise AllowedError(f"{where} allows {said}; there are: {', '.join(KINDS)}")
    if not isinstance(reason, str) or not reason.strip():
        raise AllowedError(
            f"{where} allows {', '.join(kinds)} without a reason; "
            f'write why, such as reason="the pool is the library\'s own"'
        )
    return kinds


def of_mapping(reasons: Mapping[str, str], where: str) -> frozenset[str]:
    """Return the kinds that a table allows, a reason each."""
    pairs = reasons.items()
    return frozenset(kind for name, why in pairs for kind in checked(name, why, where))


def of_lines(lines: Iterable[str], where: str) -> frozenset[str]:
    """Return the kinds that lines such as `left-thread: the pool's own` allow."""
    table = (line.partition(":") for line in lines)
    return of_mapping({name.strip(): why for name, _, why in table}, where)


def of_test(*marked: object) -> frozenset[str]:
    """Return what the decorator allows, on a test function or on its class."""
    return frozenset().union(*(getattr(one, MARK, ()) for one in marked))


def of_settings() -> frozenset[str]:
    """Return the kinds that Django's setting ASYNC_GUARD_ALLOW allows, if there is one.

    It is a dictionary from a kind to the reason.
    """
    from django.conf import settings

    reasons = getattr(settings, SETTING, {}) if settings.configured else {}
    return of_mapping(reasons, f"settings.{SETTING}")
