"""The rules, a module for each family."""

from collections.abc import Mapping

from django_async_lint.rules import (
    bridges,
    claims,
    clients,
    context,
    coroutines,
    generators,
    handlers,
    hooks,
    loops,
    on_the_loop,
    overridden,
    own_loops,
    queueing,
    seldom,
    sometimes,
    stale,
    state,
    tasks,
    threads,
    transactions,
    twins,
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
    claims,
    context,
    generators,
    handlers,
    seldom,
    stale,
    twins,
)
RULES: Mapping[str, type[Rule]] = dict(
    sorted((rule.code, rule) for family in FAMILIES for rule in family.RULES)
)
