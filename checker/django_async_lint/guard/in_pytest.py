"""The guard in pytest: with pytest-django, and without it."""

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest.unittest import TestCaseFunction

from django_async_lint.guard.allowed import (
    MARK,
    AllowedError,
    checked,
    of_lines,
    of_settings,
    of_test,
)
from django_async_lint.guard.finding import Finding, told
from django_async_lint.guard.guard import guard_of_this_process

Wrapper = Generator[None, object, object]


class PytestGuard:
    """Judges each test: what it did once it is over, what it leaves after its fixtures.

    Those of a `unittest.TestCase` clean up before the test is over.
    """

    def __init__(self, root: Path, lines: Iterable[str]) -> None:
        try:
            self._allowed = of_lines(lines, "async_guard_allow")
        except AllowedError as error:
            raise pytest.UsageError(str(error)) from error
        self._guard = guard_of_this_process(root)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """End with one clear text if an exception names no kind or has no reason."""
        for item in items:
            try:
                self._allows(item)
            except AllowedError as error:
                raise pytest.UsageError(f"{_where(item)}: {error}") from error

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Wrapper:
        """Begin; what the fixtures have opened is theirs."""
        self._guard.test_begins()
        done = yield
        self._guard.set_up_done()
        return done

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Wrapper:
        """Judge what the test did."""
        try:
            done = yield
        except BaseException:
            self._add_to_report(item)
            raise
        found = self._guard.found()
        if isinstance(item, TestCaseFunction):
            found += self._guard.left()
            if getattr(item, "_excinfo", None):
                self._add_to_report(item)
                return done
        self._judge(item, found)
        return done

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Wrapper:
        """Judge what is left once the fixtures are gone."""
        done = yield
        if not isinstance(item, TestCaseFunction):
            self._judge(item, self._guard.left())
        return done

    def _judge(self, item: pytest.Item, found: list[Finding]) -> None:
        bad = [one for one in found if one.kind not in self._allows(item)]
        if bad:
            pytest.fail(told(bad, self._guard.project), pytrace=False)

    def _add_to_report(self, item: pytest.Item) -> None:
        """Tell of a test that fails by itself what the guard has found as well."""
        found = self._guard.found()
        bad = [one for one in found if one.kind not in self._allows(item)]
        if bad:
            text = told(bad, self._guard.project)
            item.add_report_section("call", "async guard", text)

    def _allows(self, item: pytest.Item) -> frozenset[str]:
        marks = [_of_mark(mark) for mark in item.iter_markers(MARK)]
        test, cls = getattr(item, "obj", None), getattr(item, "cls", None)
        return self._allowed.union(of_settings(), of_test(test, cls), *marks)


def _of_mark(mark: Any) -> list[str]:
    where = f"@pytest.mark.{MARK}"
    return checked(
        mark.kwargs.get("allow", mark.args), mark.kwargs.get("reason"), where
    )


def _where(item: pytest.Item) -> str:
    file, line, _ = item.location
    return f"{file}:{(line or 0) + 1}"
