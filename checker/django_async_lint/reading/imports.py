"""What an import brings, by its dotted name."""

import ast

from django_async_lint.reading.scope import Scope
from django_async_lint.values import Value


def import_plain(scope: Scope, node: ast.Import) -> None:
    """Note `import a.b as c`."""
    for one in node.names:
        top = one.name.partition(".")[0]
        _bring(scope, one.asname or top, one.name if one.asname else top)


def import_from(scope: Scope, node: ast.ImportFrom) -> None:
    """Note `from a import b as c`, relative or not."""
    source = _absolute(scope, node)
    for one in node.names:
        if one.name == "*":
            scope.module.stars.append(source)
        else:
            name = f"{source}.{one.name}" if source else one.name
            _bring(scope, one.asname or one.name, name)


def _bring(scope: Scope, name: str, what: str) -> None:
    if scope.index < 0 and not scope.owner:
        scope.module.imports[name] = what
        scope.book.top.pop(name, None)
    else:
        scope.bind(name, Value("name", what))


def _absolute(scope: Scope, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = scope.module.name.split(".")
    up = node.level - (1 if scope.module.is_package else 0)
    kept = parts[: len(parts) - up] if up else parts
    return ".".join([*kept, *([node.module] if node.module else [])])
