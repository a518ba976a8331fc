"""The rules, a module for each family."""

from collections.abc import Mapping

from django_async_lint.rules import (
    bridges,
    clients,
    coroutines,
    hooks,
    loops,
    on_the_loop,
    queueing,
    sometimes,
    state,
    threads,
    transactions,
)
from django_async_lint.rules.rule import Rule

FAMILIES = (
    bridges,
    clients,
    loops,
    transactions,
    coroutines,
    on_the_loop,
    threads,
    state,
    queueing,
    hooks,
    sometimes,
)
RULES: Mapping[str, type[Rule]] = dict(
    sorted((rule.code, rule) for family in FAMILIES for rule in family.RULES)
)
