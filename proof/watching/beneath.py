"""What of a block handles a driver's connection, to which nobody listens.

`connection.connection` of Django is one. Who closes it, or sends a statement over it,
does what no trace shows, and what then fails is no failure of Django's.
"""

import ast
from collections.abc import Collection, Iterator

DRIVERS = "connection"
"""What a Django connection and a cursor call it."""
MODULES = ("db",)
"""What else has something of that name: `django.db`."""
HARMLESS = ("set_progress_handler",)
"""Methods of a driver that end nothing, and send nothing."""


def beneath(nodes: Collection[ast.AST]) -> Iterator[ast.expr]:
    """Yield what takes a driver's connection; to ask whether it is there is no use."""
    let_through = {id(one) for node in nodes for one in _let_through(node)}
    for node in (one for one in nodes if isinstance(one, ast.expr)):
        if id(node) not in let_through and _is_drivers(node):
            yield node


def _let_through(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, comparators=[ast.Constant(value=None)]):
            yield left
        case ast.Attribute(value=of, attr=name) if name in HARMLESS:
            yield of
        case ast.Call(func=function):  # `app.connection()` is a broker's.
            yield function


def _is_drivers(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=of, attr=name) if name == DRIVERS:
            return _last_name(of) not in (*MODULES, "self")
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=name)]):
            return name == DRIVERS
    return False


def _last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]
