"""The rules, a module for each family."""

from collections.abc import Mapping

from django_async_lint.rules import (
    bridges,
    clients,
    coroutines,
    hooks,
    loops,
    on_the_loop,
    overridden,
    own_loops,
    queueing,
    sometimes,
    state,
    tasks,
    threads,
    transactions,
)
from django_async_lint.rules.rule import Rule

FAMILIES = (
    bridges,
    clients,
    loops,
    own_loops,
    transactions,
    coroutines,
    overridden,
    on_the_loop,
    threads,
    state,
    queueing,
    tasks,
    hooks,
    sometimes,
)
RULES: Mapping[str, type[Rule]] = dict(
    sorted((rule.code, rule) for family in FAMILIES for rule in family.RULES)
)
