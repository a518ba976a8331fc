"""What is asked of a request that is a query in disguise."""

import ast

from django_async_lint.reading.scope import Scope
from django_async_lint.values import Value

OF_A_SESSION = frozenset(
    [
        "get",
        "pop",
        "keys",
        "items",
        "values",
        "setdefault",
        "update",
        "flush",
        "cycle_key",
        "save",
        "has_key",
        "is_empty",
        "set_expiry",
        "[…]",
    ]
)


def asked(scope: Scope, node: ast.expr, base: Value, name: str) -> None:
    """Note `request.user` and the sync methods of `request.session`."""
    if not scope.is_async:
        return
    if _is_request(base) and name == "user":
        scope.use(node, "request", base, "user")
    elif base.kind == "method" and base.name == "session" and name in OF_A_SESSION:
        if base.inner is not None and _is_request(base.inner):
            scope.use(node, "request", base.inner, f"session.{name}")
    elif base.name.endswith("HttpRequest.session") and name in OF_A_SESSION:
        scope.use(node, "request", base, f"session.{name}")


def _is_request(value: Value) -> bool:
    if value.kind == "parameter":
        return value.name == "request"
    return value.kind == "result" and value.name.endswith("HttpRequest")
