"""What an `except` catches, and whether anybody hears of it."""

import ast
from collections.abc import Iterator

from django_async_lint.facts import Handler
from django_async_lint.reading.calls import LOGGED
from django_async_lint.reading.definitions import dotted
from django_async_lint.reading.scope import Scope


def handlers(scope: Scope, node: ast.Try) -> Iterator[Handler]:
    """Yield each `except` of a `try`, and its `finally`, which catches nothing."""
    caught = [_caught(scope, one.type) for one in node.handlers]
    until = max(one.end_lineno or one.lineno for one in node.body)
    for number, one in enumerate(node.handlers):
        inside = [inner for statement in one.body for inner in ast.walk(statement)]
        yield Handler(
            one.lineno,
            one.col_offset + 1,
            one.end_lineno or one.lineno,
            scope.index,
            caught[number],
            [name for names in caught[:number] for name in names],
            node.body[0].lineno,
            until,
            any(isinstance(inner, ast.Raise) or _retries(inner) for inner in inside),
            all(map(_is_quiet, one.body)),
            bool(node.finalbody),
        )
    if node.finalbody:
        end = node.end_lineno or node.lineno
        at = (node.finalbody[0].lineno, node.col_offset + 1, end, scope.index)
        yield Handler(*at, [], [], node.body[0].lineno, until, True, False, True)


def _caught(scope: Scope, node: ast.expr | None) -> list[str]:
    if node is None:
        return [""]
    each = node.elts if isinstance(node, ast.Tuple) else [node]
    return [dotted(scope, one) or "?" for one in each]


def _retries(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "retry"


def _is_quiet(node: ast.stmt) -> bool:
    """Whether a statement of a handler does nothing but log."""
    if isinstance(node, ast.Pass | ast.Continue):
        return True
    if isinstance(node, ast.Return):
        return node.value is None or isinstance(node.value, ast.Constant)
    if not isinstance(node, ast.Expr):
        return False
    if isinstance(node.value, ast.Constant):
        return True
    called = node.value.func if isinstance(node.value, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in LOGGED
