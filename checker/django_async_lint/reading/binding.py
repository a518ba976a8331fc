"""What the left side of an assignment is told."""

import ast
from dataclasses import replace

from django_async_lint.reading.scope import Scope
from django_async_lint.values import Value


def bind(scope: Scope, target: ast.expr, value: Value | None) -> None:
    """Let the names of an assignment's left side have a value."""
    if isinstance(target, ast.Name):
        scope.bind(target.id, value)
    elif isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            bind(scope, one, None)
    elif isinstance(target, ast.Starred):
        bind(scope, target.value, None)
    elif isinstance(target, ast.Attribute):
        _bind_attribute(scope, target, value)
    else:
        scope.expression(target)


def _bind_attribute(scope: Scope, node: ast.Attribute, value: Value | None) -> None:
    base = scope.expression(node.value, "attribute")
    if base is None or not isinstance(node.value, ast.Name):
        return
    if base.kind == "row" and base.loaded is not None:
        known = (*base.loaded, "__".join((*base.path, node.attr)))
        scope.bind(node.value.id, replace(base, loaded=known))
    elif base.kind == "name" and base.name == scope.owner and scope.owner:
        _of_the_class(scope, node.attr, value)
    elif base.kind in ("name", "result") and scope.is_async:
        scope.use(node, "attribute set", Value("name", base.name), node.attr)


def _of_the_class(scope: Scope, name: str, value: Value | None) -> None:
    owner = next(c for c in reversed(scope.module.classes) if c.name == scope.owner)
    if value is None or owner.attributes.get(name, value) != value:
        owner.attributes[name] = Value("parameter")
    else:
        owner.attributes[name] = value
