"""What a statement says."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from django_async_lint.facts import Variable
from django_async_lint.reading import definitions, names
from django_async_lint.reading.binding import bind
from django_async_lint.reading.expressions import condition, expression
from django_async_lint.reading.flow import COMPOUND
from django_async_lint.reading.imports import import_from, import_plain
from django_async_lint.reading.scope import Scope

ENDS = ast.Return | ast.Raise | ast.Continue | ast.Break


def block(scope: Scope, body: Sequence[ast.stmt]) -> bool:
    """Read statements in their order; whether what follows is never reached."""
    ended = False
    for one in body:
        STATEMENTS[type(one)](scope, one)
        ended = ended or isinstance(one, ENDS)
    return ended


def _expression(scope: Scope, node: ast.Expr) -> None:
    value = expression(scope, node.value, "statement")
    if isinstance(node.value, ast.Await) and isinstance(node.value.value, ast.Call):
        scope.module.calls[-1].dropped = True
    if value and value.kind in ("coroutine", "bridge"):
        scope.use(node.value, "statement", value)


def _assign(scope: Scope, node: ast.Assign) -> None:
    pairs = [(target, node.value) for target in node.targets]
    for target, source in pairs:
        if not isinstance(target, ast.Tuple) or not isinstance(source, ast.Tuple):
            continue
        if len(target.elts) == len(source.elts):
            for left, right in zip(target.elts, source.elts, strict=True):
                _assigned(scope, left, right)
            return
    value = expression(scope, node.value, "assign")
    for target in node.targets:
        _bound(scope, target, node.value, value)


def _assigned(scope: Scope, target: ast.expr, source: ast.expr) -> None:
    _bound(scope, target, source, expression(scope, source, "assign"))


def _bound(scope: Scope, target: ast.expr, source: ast.expr, value: Any) -> None:
    bind(scope, target, value)
    name = _setting(target)
    if name in names.SETTINGS:
        constant = repr(source.value) if isinstance(source, ast.Constant) else "?"
        scope.module.settings[name] = constant
        if name == "DJANGO_ALLOW_ASYNC_UNSAFE":
            scope.odd(target, "async unsafe")
    at_top = scope.index < 0 and not scope.owner
    if at_top and isinstance(target, ast.Name):
        scope.book.top[target.id] = value if value and value.kind != "result" else None
        if not value or value.kind not in ("name", "query"):
            scope.book.top.pop(target.id)
            scope.env.pop(target.id, None)
        if value:
            at = (target.lineno, target.col_offset + 1)
            scope.module.variables[target.id] = Variable(*at, value)
        else:
            scope.module.variables.pop(target.id, None)


def _setting(target: ast.expr) -> str:
    if isinstance(target, ast.Name | ast.Attribute):
        return target.id if isinstance(target, ast.Name) else target.attr
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    return ""


def _annotated(scope: Scope, node: ast.AnnAssign) -> None:
    if node.value is not None:
        _assigned(scope, node.target, node.value)


def _augmented(scope: Scope, node: ast.AugAssign) -> None:
    expression(scope, node.value)
    if isinstance(node.target, ast.Attribute):
        base = expression(scope, node.target.value, "attribute")
        if base and base.kind == "row":
            scope.use(node.target, "augmented", base, node.target.attr)
    elif isinstance(node.target, ast.Name):
        scope.bind(node.target.id, None)
    else:
        expression(scope, node.target)


def _return(scope: Scope, node: ast.Return) -> None:
    if node.value is None:
        return
    value = expression(scope, node.value, "return")
    if value and scope.function:
        scope.function.returns.append(value.at(node.lineno))


def _assert(scope: Scope, node: ast.Assert) -> None:
    condition(scope, node.test)
    if node.msg is not None:
        expression(scope, node.msg)


def _any(scope: Scope, node: ast.stmt) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            expression(scope, child)


STATEMENTS: dict[type[ast.stmt], Callable[[Scope, Any], object]] = {
    **COMPOUND,
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.Assert: _assert,
    ast.Import: import_plain,
    ast.ImportFrom: import_from,
    ast.FunctionDef: definitions.function,
    ast.AsyncFunctionDef: definitions.function,
    ast.ClassDef: definitions.class_,
}
for _kind in (ast.Delete, ast.Raise, ast.Global, ast.Nonlocal, ast.Pass, ast.Break):
    STATEMENTS[_kind] = _any
STATEMENTS[ast.Continue] = _any
if hasattr(ast, "TypeAlias"):
    STATEMENTS[ast.TypeAlias] = _any
