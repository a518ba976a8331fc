"""What a compound statement says: what may not be reached, and what is around it."""

import ast
from collections.abc import Callable
from typing import Any

from django_async_lint.facts import Entered
from django_async_lint.reading import names
from django_async_lint.reading.binding import bind
from django_async_lint.reading.expressions import condition, iterated
from django_async_lint.reading.handlers import handlers
from django_async_lint.reading.scope import MAIN, MODULE, Env, Scope


def _for(scope: Scope, node: ast.For | ast.AsyncFor) -> None:
    is_async = isinstance(node, ast.AsyncFor)
    item = iterated(scope, node.iter, is_async=is_async, by="for")
    _used_up(scope, node, is_async=is_async)
    before = dict(scope.env)
    bind(scope, node.target, item)
    bound = [one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)]
    scope.loops += bound
    scope.block(node.body)
    del scope.loops[len(scope.loops) - len(bound) :]
    scope.env = _merged(before, scope.env)
    scope.block(node.orelse)


def _used_up(scope: Scope, node: ast.For | ast.AsyncFor, *, is_async: bool) -> None:
    """Note that a loop goes over a variable to its end."""
    if not isinstance(node.iter, ast.Name):
        return
    value = scope.look_up(node.iter.id)
    leaves = ast.Break | ast.Return
    early = any(isinstance(one, leaves) for b in node.body for one in ast.walk(b))
    if value is not None and value.kind == "result" and not early:
        how = "async iterate" if is_async else "iterate"
        scope.use(node.iter, how, value, node.iter.id)


def _while(scope: Scope, node: ast.While) -> None:
    condition(scope, node.test)
    before = dict(scope.env)
    scope.loops.append("while")
    scope.block(node.body)
    scope.loops.pop()
    scope.env = _merged(before, scope.env)
    scope.block(node.orelse)


def _if(scope: Scope, node: ast.If) -> None:
    condition(scope, node.test)
    before, index = dict(scope.env), scope.index
    if index == MODULE and "__main__" in ast.dump(node.test):
        scope.index = MAIN
    with scope.branch():
        ended = scope.block(node.body)
    scope.index = index
    after = scope.env
    scope.env = before
    with scope.branch():
        other_ended = scope.block(node.orelse)
    if any(isinstance(one, ast.Return) for one in (*node.body, *node.orelse)):
        # From here to the end of the function.
        scope.branches += 1
    if other_ended:
        scope.env = after
    elif not ended:
        scope.env = _merged(scope.env, after)


def _merged(one: Env, other: Env) -> Env:
    """Keep of each name what is known of it both ways."""
    names_ = one.keys() | other.keys()
    missing = object()
    same = (n for n in names_ if one.get(n, missing) == other.get(n, missing))
    return {**dict.fromkeys(names_), **{name: one[name] for name in same}}


def _with(scope: Scope, node: ast.With | ast.AsyncWith) -> None:
    around = (scope.atomic, scope.timed, scope.browser)
    entered = []
    for item in node.items:
        value = scope.expression(item.context_expr)
        if item.optional_vars is not None:
            bind(scope, item.optional_vars, value)
        if value is None:
            continue
        if value.name in names.ATOMIC:
            scope.atomic = node.lineno
        elif value.name in names.TIMEOUTS:
            scope.timed = node.lineno
        elif value.name == names.BROWSER:
            scope.browser = node.lineno
        place = item.context_expr
        entered.append(
            Entered(
                place.lineno,
                place.col_offset + 1,
                place.end_lineno or place.lineno,
                scope.index,
                isinstance(node, ast.AsyncWith),
                value,
                atomic=around[0],
                last=node.end_lineno or node.lineno,
                loops=len(scope.loops),
            )
        )
    awaits = scope.awaits
    scope.block(node.body)
    for one in entered:
        one.awaits = scope.awaits - awaits
    scope.module.entered += entered
    scope.atomic, scope.timed, scope.browser = around


def _try(scope: Scope, node: Any) -> None:
    scope.module.handlers += handlers(scope, node)
    before = dict(scope.env)
    scope.block(node.body)
    after = scope.env
    for handler in node.handlers:
        if handler.type is not None:
            scope.expression(handler.type)
        scope.env = dict(before)
        with scope.branch():
            handled = scope.block(handler.body)
        if not handled:
            after = _merged(after, scope.env)
    scope.env = after
    scope.block(node.orelse)
    scope.block(node.finalbody)


def _match(scope: Scope, node: ast.Match) -> None:
    scope.expression(node.subject)
    for case in node.cases:
        if case.guard is not None:
            condition(scope, case.guard)
        before = dict(scope.env)
        with scope.branch():
            scope.block(case.body)
        scope.env = _merged(before, scope.env)


COMPOUND: dict[type[ast.stmt], Callable[[Scope, Any], object]] = {
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.If: _if,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
}
