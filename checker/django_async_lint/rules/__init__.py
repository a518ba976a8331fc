"""The rules, a module for each family."""

from collections.abc import Mapping

from django_async_lint.rules import (
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
RULES: Mapping[str, type[Rule]] = {
    rule.code: rule for family in FAMILIES for rule in family.RULES
}
