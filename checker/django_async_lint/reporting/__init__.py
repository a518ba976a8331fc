"""Findings in the formats that people and programs read."""

from collections.abc import Callable, Mapping

from django_async_lint.check import Result
from django_async_lint.reporting import github, json_, sarif, text

FORMATS: Mapping[str, Callable[[Result], str]] = {
    "text": text.report,
    "github": github.report,
    "json": json_.report,
    "sarif": sarif.report,
}
