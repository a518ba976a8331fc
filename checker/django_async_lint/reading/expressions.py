"""What an expression says: each kind of expression gives what is known of its value."""

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django_async_lint.facts import Usage
from django_async_lint.reading import calls, requests
from django_async_lint.reading.binding import bind
from django_async_lint.reading.definitions import read_lambda
from django_async_lint.reading.names import (
    ASYNC_OF_A_ROW,
    MANAGERS,
    MENTIONED,
    OF_A_ROW,
)
from django_async_lint.reading.scope import Scope
from django_async_lint.values import Value

LAZY = ("query", "iterator")
TESTED = ("query", "coroutine", "bridge")


def expression(scope: Scope, node: ast.expr, usage: Usage = "other") -> Value | None:
    """Read an expression and return what is known of its value."""
    handler = HANDLERS.get(type(node))
    if handler is not None:
        return handler(scope, node, usage)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            expression(scope, child)
    return None


def condition(scope: Scope, node: ast.expr) -> None:
    """Read an expression that is asked whether it is true."""
    value = expression(scope, node, "condition")
    if scope.function:
        scope.function.tested += [
            n.id for n in ast.walk(node) if isinstance(n, ast.Name)
        ]
    if value is None:
        return
    direct = isinstance(node, ast.Call)
    if value.kind in TESTED or (value.kind == "result" and not direct):
        scope.use(node, "condition", value)


def iterated(
    scope: Scope, node: ast.expr, *, is_async: bool = False, by: str = ""
) -> Value | None:
    """Read what a loop goes over, and return what is known of one item."""
    value = expression(scope, node, "iterate")
    if value is None:
        return None
    if value.kind in ("query", "iterator", "coroutine"):
        scope.use(node, "async iterate" if is_async else "iterate", value, by)
    return item_of(value)


def item_of(value: Value) -> Value | None:
    """Return what is known of an item of rows or of a query."""
    if value.kind in ("query", "iterator", "rows") and not value.plain:
        return replace(value, kind="row")
    return None


def _name(scope: Scope, node: ast.Name, usage: Usage) -> Value | None:
    if node.id in MENTIONED and scope.function:
        scope.function.mentions.append(node.id)
    return scope.look_up(node.id)


def _attribute(scope: Scope, node: ast.Attribute, usage: Usage) -> Value | None:
    base = expression(scope, node.value, "attribute")
    name = node.attr
    if name in MENTIONED and scope.function:
        scope.function.mentions.append(name)
    if base is None:
        return None
    if isinstance(node.ctx, ast.Load):
        requests.asked(scope, node, base, name)
    if base.kind in ("name", "result"):
        if name in MANAGERS:
            return Value("query", base.name, loaded=())
        return Value("name", f"{base.name}.{name}")
    if base.kind == "row":
        if not base.path and name in OF_A_ROW | ASYNC_OF_A_ROW:
            return Value("method", name, inner=base)
        reached = replace(base, path=(*base.path, name))
        if usage != "called" and scope.is_async and isinstance(node.ctx, ast.Load):
            scope.use(node, "attribute", reached)
        return Value("method", name, inner=base) if usage == "called" else reached
    if base.kind == "coroutine" and usage != "called":
        scope.use(node, "attribute", base, name)
    return Value("method", name, inner=base)


def _await(scope: Scope, node: ast.Await, usage: Usage) -> Value | None:
    value = expression(scope, node.value, "await")
    scope.awaits += 1
    if scope.index >= 0 and not scope.is_async:
        scope.odd(node, "await in a sync function")
    if value is None:
        return None
    if value.kind == "coroutine":
        return value.inner
    if value.kind in ("query", "row", "bridge"):
        scope.use(node, "await", value)
    if value.kind == "result":
        return Value("awaited", value.name)
    return None


def _bool_op(scope: Scope, node: ast.BoolOp, usage: Usage) -> Value | None:
    first, *more = node.values
    condition(scope, first)
    with scope.branch():
        for one in more[:-1]:
            condition(scope, one)
        if usage == "condition":
            condition(scope, more[-1])
            return None
        return expression(scope, more[-1], usage)


def _not(scope: Scope, node: ast.UnaryOp, usage: Usage) -> None:
    if isinstance(node.op, ast.Not):
        condition(scope, node.operand)
    else:
        expression(scope, node.operand)


def _if_exp(scope: Scope, node: ast.IfExp, usage: Usage) -> Value | None:
    condition(scope, node.test)
    with scope.branch():
        first = expression(scope, node.body, usage)
        second = expression(scope, node.orelse, usage)
    return first if first == second else None


def _compare(scope: Scope, node: ast.Compare, usage: Usage) -> None:
    expression(scope, node.left)
    for operator, right in zip(node.ops, node.comparators, strict=True):
        value = expression(scope, right)
        if value and value.kind == "query" and isinstance(operator, ast.In | ast.NotIn):
            scope.use(right, "item", value)


def _comprehension(scope: Scope, node: Any, usage: Usage) -> Value | None:
    before, awaits_before = dict(scope.env), scope.is_async
    lazy = isinstance(node, ast.GeneratorExp)
    for one in node.generators:
        item = iterated(scope, one.iter, is_async=bool(one.is_async))
        bind(scope, one.target, item)
        for test in one.ifs:
            condition(scope, test)
    found = None
    if isinstance(node, ast.DictComp):
        expression(scope, node.key)
        expression(scope, node.value)
    else:
        found = expression(scope, node.elt)
    scope.env, scope.is_async = before, awaits_before
    kept = found and found.kind == "row" and not found.path and not lazy
    return replace(found, kind="rows") if found and kept else None


def _lambda(scope: Scope, node: ast.Lambda, usage: Usage) -> Value:
    return read_lambda(scope, node)


def _named(scope: Scope, node: ast.NamedExpr, usage: Usage) -> Value | None:
    value = expression(scope, node.value, usage)
    bind(scope, node.target, value)
    return value


def _formatted(scope: Scope, node: ast.FormattedValue, usage: Usage) -> None:
    value = expression(scope, node.value, "text")
    if value and value.kind == "query":
        scope.use(node.value, "text", value)


def _subscript(scope: Scope, node: ast.Subscript, usage: Usage) -> Value | None:
    base = expression(scope, node.value, "attribute")
    expression(scope, node.slice)
    if base is None:
        return None
    if base.kind == "name" and base.name == "django.db.connections":
        return Value("name", "django.db.connections[…]")
    requests.asked(scope, node, base, "[…]")
    if isinstance(node.slice, ast.Slice):
        return base if base.kind in ("query", "rows") else None
    if base.kind == "query" and isinstance(node.ctx, ast.Load):
        scope.use(node, "item", base)
    if base.kind == "row" and base.path and isinstance(node.ctx, ast.Store):
        scope.use(node, "item set", base)
    if base.kind == "coroutine":
        scope.use(node, "attribute", base, "[…]")
    return item_of(base)


def _starred(scope: Scope, node: ast.Starred, usage: Usage) -> None:
    iterated(scope, node.value)


def _yield_from(scope: Scope, node: ast.YieldFrom, usage: Usage) -> None:
    iterated(scope, node.value)


def _slice(scope: Scope, node: ast.Slice, usage: Usage) -> None:
    for one in (node.lower, node.upper, node.step):
        if one is not None:
            expression(scope, one)


def _nothing(scope: Scope, node: ast.expr, usage: Usage) -> None:
    pass


def _call(scope: Scope, node: ast.Call, usage: Usage) -> Value | None:
    return calls.call(scope, node, usage, expression)


Handler = Callable[[Scope, Any, Usage], Value | None]
HANDLERS: dict[type[ast.expr], Handler] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Await: _await,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _not,
    ast.IfExp: _if_exp,
    ast.Compare: _compare,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Lambda: _lambda,
    ast.NamedExpr: _named,
    ast.FormattedValue: _formatted,
    ast.Subscript: _subscript,
    ast.Starred: _starred,
    ast.YieldFrom: _yield_from,
    ast.Slice: _slice,
    ast.Call: _call,
    ast.Constant: _nothing,
}
