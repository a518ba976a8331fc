"""The guard in Django's own test runner.

    # settings.py
    TEST_RUNNER = "django_async_lint.guard.runner.GuardedRunner"

A project with a runner of its own puts the mixin first among its bases.
"""

import functools
import unittest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.test.runner import DiscoverRunner, ParallelTestSuite

from django_async_lint.guard.allowed import of_settings, of_test
from django_async_lint.guard.finding import AsyncGuardError, told
from django_async_lint.guard.guard import Guard, guard_of_this_process

# What the mixin is put before, as far as a reader of types is to know.
if TYPE_CHECKING:
    Base = DiscoverRunner
else:
    Base = object


@functools.cache
def install(root: Path) -> None:
    """Judge every test of this process: what it did, and what it leaves.

    Raises:
        AllowedError: the settings allow no kind that there is, or give no reason.
    """
    guard, allowed, run = (
        guard_of_this_process(root),
        of_settings(),
        unittest.TestCase.run,
    )

    @functools.wraps(run)
    def judged(test: unittest.TestCase, result: Any = None) -> Any:
        guard.test_begins()
        # The first cleanup is the last to be called.
        test.addCleanup(_judge, test, guard, allowed)
        return run(test, result)

    setattr(unittest.TestCase, "run", judged)  # noqa: B010


def _judge(test: unittest.TestCase, guard: Guard, allowed: frozenset[str]) -> None:
    outcome: Any = getattr(test, "_outcome", None)
    if outcome is not None and not outcome.success:
        return  # It fails already, with what it says itself.
    method = getattr(test, getattr(test, "_testMethodName", ""), None)
    allows = allowed | of_test(method, type(test))
    bad = [one for one in (*guard.found(), *guard.left()) if one.kind not in allows]
    if bad:
        raise AsyncGuardError(told(bad, guard.project))


class GuardedSuite(ParallelTestSuite):
    """Tests that run in several processes, each with a guard."""

    def init_worker(*args: Any, **options: Any) -> None:
        """Begin a process; Django calls this as a function."""
        begin: Any = ParallelTestSuite.init_worker
        begin(*args, **options)
        install(Path.cwd())


class GuardMixin(Base):
    """Puts every test that a `DiscoverRunner` runs under the guard."""

    parallel_test_suite: Any = GuardedSuite

    def setup_test_environment(self, **options: Any) -> None:
        """Begin to listen."""
        super().setup_test_environment(**options)
        install(Path.cwd())


class GuardedRunner(GuardMixin, DiscoverRunner):
    """Django's runner, with the guard."""
