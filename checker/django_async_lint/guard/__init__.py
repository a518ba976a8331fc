"""The guard: a test fails that would let async code lose, leave or escape something."""

from django_async_lint.guard.allowed import async_guard

__all__ = ["async_guard"]
