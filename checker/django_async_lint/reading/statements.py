"""What a statement says."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from django_async_lint.facts import Entered, Variable
from django_async_lint.reading import definitions, names
from django_async_lint.reading.expressions import bind, condition, expression, iterated
from django_async_lint.reading.imports import import_from, import_plain
from django_async_lint.reading.scope import MAIN, MODULE, Env, Scope

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


def _for(scope: Scope, node: ast.For | ast.AsyncFor) -> None:
    item = iterated(scope, node.iter, is_async=isinstance(node, ast.AsyncFor))
    before = dict(scope.env)
    bind(scope, node.target, item)
    bound = [one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)]
    scope.loops += bound
    block(scope, node.body)
    del scope.loops[len(scope.loops) - len(bound) :]
    scope.env = _merged(before, scope.env)
    block(scope, node.orelse)


def _while(scope: Scope, node: ast.While) -> None:
    condition(scope, node.test)
    before = dict(scope.env)
    scope.loops.append("while")
    block(scope, node.body)
    scope.loops.pop()
    scope.env = _merged(before, scope.env)
    block(scope, node.orelse)


def _if(scope: Scope, node: ast.If) -> None:
    condition(scope, node.test)
    before, index = dict(scope.env), scope.index
    if index == MODULE and "__main__" in ast.dump(node.test):
        scope.index = MAIN
    with scope.branch():
        ended = block(scope, node.body)
    scope.index = index
    after = scope.env
    scope.env = before
    with scope.branch():
        other_ended = block(scope, node.orelse)
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
        value = expression(scope, item.context_expr)
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
            )
        )
    awaits = scope.awaits
    block(scope, node.body)
    for one in entered:
        one.awaits = scope.awaits - awaits
    scope.module.entered += entered
    scope.atomic, scope.timed, scope.browser = around


def _try(scope: Scope, node: Any) -> None:
    before = dict(scope.env)
    block(scope, node.body)
    after = scope.env
    for handler in node.handlers:
        if handler.type is not None:
            expression(scope, handler.type)
        scope.env = dict(before)
        with scope.branch():
            handled = block(scope, handler.body)
        if not handled:
            after = _merged(after, scope.env)
    scope.env = after
    block(scope, node.orelse)
    block(scope, node.finalbody)


def _assert(scope: Scope, node: ast.Assert) -> None:
    condition(scope, node.test)
    if node.msg is not None:
        expression(scope, node.msg)


def _any(scope: Scope, node: ast.stmt) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            expression(scope, child)


def _match(scope: Scope, node: ast.Match) -> None:
    expression(scope, node.subject)
    for case in node.cases:
        if case.guard is not None:
            condition(scope, case.guard)
        before = dict(scope.env)
        with scope.branch():
            block(scope, case.body)
        scope.env = _merged(before, scope.env)


STATEMENTS: dict[type[ast.stmt], Callable[[Scope, Any], object]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.If: _if,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Assert: _assert,
    ast.Match: _match,
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
