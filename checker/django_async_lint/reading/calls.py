"""What a call says, and what is known of its result."""

import ast
from collections.abc import Callable
from dataclasses import replace

from django_async_lint.facts import Argument, Usage
from django_async_lint.reading import names, queries
from django_async_lint.reading.scope import Scope
from django_async_lint.values import Value

Read = Callable[[Scope, ast.expr, Usage], Value | None]
ITERATE = frozenset(
    [
        "list",
        "tuple",
        "set",
        "frozenset",
        "sorted",
        "sum",
        "any",
        "all",
        "max",
        "min",
        "dict",
        "next",
        "enumerate",
        "zip",
        "map",
        "filter",
        "reversed",
        "iter",
    ]
)
TEXT = frozenset({"str", "repr", "print", "format"})
COPIES = frozenset({"list", "tuple", "set", "sorted", "frozenset", "reversed", "iter"})
LOGGED = frozenset(["debug", "info", "warning", "error", "exception", "critical"])
TAKERS = frozenset(
    {"django.shortcuts.render", "django.core.paginator.Paginator"}
    | {"django.template.loader.render_to_string"}
)
LOOPS = frozenset(
    {"asyncio.new_event_loop", "asyncio.get_event_loop", "asyncio.get_running_loop"}
)


def call(scope: Scope, node: ast.Call, usage: Usage, read: Read) -> Value | None:
    """Note a call with its arguments, and return what is known of its result."""
    asked = isinstance(node.func, ast.Name) and node.func.id in ("hasattr", "getattr")
    target = read(scope, node.func, "called")
    before, scope.quiet = scope.quiet, scope.quiet or asked
    with scope.handing(_spelled(target, node.func)):
        arguments = [_argument(scope, one, read) for one in node.args]
        arguments += [_keyword(scope, one, read) for one in node.keywords]
    scope.quiet = before
    _asked_by(scope, node, target, arguments)
    scope.call(node, target, arguments, usage)
    found = result(target, node.func, arguments)
    _forgets(scope, node, target)
    return found.at(node.lineno) if found else None


def _spelled(target: Value | None, func: ast.expr) -> str:
    if target is not None and target.kind == "name":
        return target.name
    if target is not None and target.kind == "bridge":
        return "bridge"
    return f".{func.attr}" if isinstance(func, ast.Attribute) else "?"


def _argument(scope: Scope, node: ast.expr, read: Read) -> Argument:
    constant = repr(node.value) if isinstance(node, ast.Constant) else ""
    spelled = node.id if isinstance(node, ast.Name) else ""
    return Argument("", read(scope, node, "argument"), constant, spelled)


def _keyword(scope: Scope, node: ast.keyword, read: Read) -> Argument:
    one = _argument(scope, node.value, read)
    return Argument(node.arg or "**", one.value, one.constant, one.spelled)


def _asked_by(
    scope: Scope, node: ast.Call, target: Value | None, arguments: list[Argument]
) -> None:
    """Note what a built-in function or a log call does with a queryset."""
    if target is not None and target.name in TAKERS:
        _handed_over(scope, node, target.name)
    querysets = [
        (argument, one.value)
        for argument, one in zip(node.args, arguments, strict=False)
        if one.value and one.value.kind == "query"
    ]
    if not querysets:
        return
    how = _how(node, target)
    for argument, value in querysets if how else ():
        scope.use(argument, how, value)
    if target is not None and target.name.endswith("Paginator"):
        for argument, value in querysets:
            if not isinstance(argument, ast.Name):
                scope.use(argument, "handed", value, target.name)


def _handed_over(scope: Scope, node: ast.Call, to: str) -> None:
    """Note the querysets that a template will ask."""
    for argument in node.args:
        values = argument.values if isinstance(argument, ast.Dict) else [argument]
        for one in values:
            value = scope.look_up(one.id) if isinstance(one, ast.Name) else None
            if value is not None and value.kind == "query":
                scope.use(one, "handed", value, to)


def _how(node: ast.Call, target: Value | None) -> str:
    if target is not None and target.kind == "name":
        short = target.name.removeprefix("builtins.")
        if target.name.startswith("builtins."):
            if short == "len":
                return "length"
            if short == "bool":
                return "condition"
            return "text" if short in TEXT else "iterate" if short in ITERATE else ""
    func = node.func
    if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name):
        return ""
    logs = func.attr in LOGGED and "log" in func.value.id.lower()
    return "text" if logs else ""


def _forgets(scope: Scope, node: ast.Call, target: Value | None) -> None:
    """Let a row that is read anew forget its relations."""
    if target is None or target.kind != "method" or not target.inner:
        return
    anew = target.name in ("refresh_from_db", "arefresh_from_db")
    func = node.func
    if anew and isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
        row = target.inner
        if row.kind == "row" and row.loaded is not None:
            plain = not node.args and not node.keywords
            scope.bind(func.value.id, replace(row, loaded=() if plain else None))


def result(
    target: Value | None, func: ast.expr, arguments: list[Argument]
) -> Value | None:
    """Return what is known of the result of calling something."""
    if target is None:
        unmistakable = isinstance(func, ast.Attribute) and func.attr in (
            names.UNMISTAKABLE
        )
        return Value("coroutine") if unmistakable else None
    if target.kind == "name":
        return _of_a_name(target.name, arguments)
    if target.kind == "method" and target.inner is not None:
        return queries.of_a_method(target.inner, target.name, arguments)
    if target.kind == "bridge" and target.name in names.TO_ASYNC:
        inner = result(target.inner, func, arguments) if target.inner else None
        return Value("coroutine", target.name, inner=inner)
    return None


def _of_a_name(name: str, arguments: list[Argument]) -> Value | None:
    first = next((one.value for one in arguments if not one.keyword), None)
    short = name.rpartition(".")[2]
    if name in names.BRIDGES:
        return Value("bridge", name, inner=first)
    if name == "functools.partial":
        return first
    if short in ("get_object_or_404", "aget_object_or_404") and first:
        row = queries.row_of(first)
        is_async = short.startswith("a")
        return Value("coroutine", inner=row) if is_async else row
    if name.startswith("builtins."):
        return _of_a_builtin(short, first)
    return _by_its_name(name, short)


def _by_its_name(name: str, short: str) -> Value:
    """Return the result of calling what is known by its name alone."""
    if name == names.USER_MODEL:
        return Value("name", names.USER)
    if name in LOOPS:
        return Value("loop", name)
    if name in names.ASYNC_FUNCTIONS or short in names.UNMISTAKABLE:
        return Value("coroutine", name)
    return Value("result", name)


def _of_a_builtin(short: str, first: Value | None) -> Value | None:
    if short in COPIES and first and first.kind in ("query", "rows", "iterator"):
        return replace(first, kind="rows")
    return None
