"""What pytest loads by itself: the option of the guard, and the guard if it is on."""

import argparse
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the settings."""
    group = parser.getgroup("async guard")
    group.addoption(
        "--async-guard",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="fail tests in which async and sync code get in each other's way",
    )
    parser.addini("async_guard", "switch the async guard on", type="bool")
    parser.addini(
        "async_guard_allow",
        "what it lets pass, a line each: `left-thread: the reason`",
        type="linelist",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and switch the guard on where that is asked for."""
    config.addinivalue_line(
        "markers",
        "async_guard(allow, reason): let these kinds of findings pass in a test",
    )
    asked = config.getoption("async_guard")
    if config.getini("async_guard") if asked is None else asked:
        config.pluginmanager.register(_guard(config), "async-guard")


def _guard(config: pytest.Config) -> object:
    try:
        from django_async_lint.guard.in_pytest import PytestGuard
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            f"--async-guard needs {error.name}: pip install {error.name}"
        ) from error
    return PytestGuard(Path(config.rootpath), config.getini("async_guard_allow"))
