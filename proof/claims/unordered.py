"""A question whose answer depends on an order that the database may choose.

Without `order_by` rows come as they like, and those that are equal in what they are
ordered by do too. So where it matters which row comes first, the last field is the key.
"""

import ast
from collections.abc import Iterator

KEYS = ("pk", "id")
"""Fields in which no two rows are equal."""
ROWS = """all annotate dates datetimes difference distinct exclude filter intersection
only order_by reverse select_related union values values_list"""
RETURN_ROWS = frozenset(ROWS.split())
"""Methods of a queryset that return one."""
ONE_OF_MANY = ("first", "last")
"""Methods that take the key's order where there is none."""
BY_FIELDS = ("earliest", "latest")
"""Methods that are given an order, and return one row."""
IN_NO_ORDER = ("all", "any", "bool", "len", "max", "min", "set", "sorted", "sum")
"""Functions to which the order says nothing."""
IN_ORDER = ("list", "tuple", "str")
"""Functions that keep it."""


def unordered(text: str) -> str | None:
    """Return why a question has another answer in another order; None if it has not.

    Raises:
        SyntaxError: it is not an expression.
    """
    tree = ast.parse(text, mode="eval")
    free = {id(one) for node in ast.walk(tree) for one in _in_no_order(node)}
    for node in ast.walk(tree):
        if id(node) not in free:
            for rows in _taken_in_order(node):
                return (
                    f"`{ast.unparse(rows)}` has no order of its own: it is asked by "
                    "position, and no `order_by` ends with the key"
                )
    return None


def _taken_in_order(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the rows of which a node takes some by where they stand."""
    for rows in _taken(node):
        if _is_rows(rows) and not _is_ordered(rows):
            yield rows


def _taken(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Subscript(value=rows):
            yield rows
        case ast.Call(func=ast.Name(id=name), args=[rows, *_]) if name in IN_ORDER:
            yield from _through(rows)
        case ast.ListComp(generators=parts):
            yield from (part.iter for part in parts)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            yield from (one.value for one in parts if isinstance(one, ast.Starred))
        case ast.Call(func=ast.Attribute(value=rows, attr=name)):
            if name in BY_FIELDS or (name == "distinct" and node.args):
                yield node if name in BY_FIELDS else rows
            elif name in ONE_OF_MANY and _orders(rows):
                yield rows


def _through(rows: ast.expr) -> Iterator[ast.expr]:
    if isinstance(rows, ast.GeneratorExp):
        yield from (part.iter for part in rows.generators)
    else:
        yield rows


def _in_no_order(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is only counted, sorted or held against a single one."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if (
            name in IN_NO_ORDER
        ):
            yield from args
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            for one, other in ((left, right), (right, left)):
                if isinstance(other, ast.List | ast.Tuple) and len(other.elts) < 2:
                    yield one


def _is_rows(node: ast.expr) -> bool:
    """Whether this is a queryset, by the last method of its chain, or a manager."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in RETURN_ROWS or name in BY_FIELDS
        case ast.Subscript(value=rows):
            return _is_rows(rows)
        case ast.Attribute(attr=name):
            return name == "objects" or name.endswith("_set")
    return False


def _orders(node: ast.expr) -> list[ast.Call]:
    """Return the calls of a chain that give an order, the last one first."""
    found = []
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and (
                node.func.attr in ("order_by", *BY_FIELDS)
            ):
                found.append(node)
            node = node.func
        else:
            node = node.value
    return found


def _is_ordered(rows: ast.expr) -> bool:
    """Whether the order in force ends with the key, so that no two rows are equal."""
    for call in _orders(rows)[:1]:
        last = call.args[-1] if call.args else None
        if isinstance(last, ast.Constant) and isinstance(last.value, str):
            return last.value.lstrip("-") in KEYS
    return False
