"""What a claim may ask of the database: one expression that only reads.

A question is evaluated by the process that judges. So it is written in a small part of
Python: the models by their names, the methods of a queryset that read, comparisons.
"""

import ast
import builtins
from collections.abc import Iterator

METHODS = """aggregate all annotate contains count dates datetimes difference distinct
earliest exclude exists filter first get in_bulk intersection items keys last latest
only order_by reverse select_related union values values_list"""
READS = frozenset(METHODS.split())
"""The methods that may be called: a queryset's, and a dictionary's."""
FUNCTIONS = "abs all any bool dict len list max min round set sorted str sum tuple"
BUILTINS = {name: getattr(builtins, name) for name in FUNCTIONS.split()}
"""The functions that may be called."""
EXPRESSIONS = ("Count", "F", "Max", "Min", "Q", "Sum")
"""The names of Django's own that stand beside the models'."""
_NODES = (
    ast.Expression,
    ast.Constant,
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.keyword,
    ast.Compare,
    ast.BoolOp,
    ast.UnaryOp,
    ast.BinOp,
    ast.IfExp,
    ast.Subscript,
    ast.Slice,
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.Dict,
    ast.Starred,
    ast.expr_context,
    ast.cmpop,
    ast.boolop,
    ast.unaryop,
    ast.operator,
    ast.GeneratorExp,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.comprehension,
)
RANDOM = "?"
"""What `order_by` takes for an order that is another each time."""
ORDERS = ("order_by", "earliest", "latest")
"""Methods that take an order, whose fields must be written out."""


def refused(text: str) -> str | None:
    """Return why an expression may not be asked; None if it may.

    Raises:
        SyntaxError: it is not an expression.
    """
    tree = ast.parse(text, mode="eval")
    if isinstance(tree.body, ast.Constant | ast.Tuple | ast.List | ast.Dict | ast.Set):
        return f"`{text}` is no question: it is neither true nor false by itself"
    return next(_refusals(tree, _bound(tree)), None) or _asks_nothing(tree)


def models_of(text: str) -> frozenset[str]:
    """Return the names of the models that a question is about."""
    nodes = ast.walk(ast.parse(text, mode="eval"))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(n for n in names if n[0].isupper() and n not in EXPRESSIONS)


def is_about(text: str, table: str) -> bool:
    """Whether a table is one of the models', by the name that Django gives it."""
    return table.rpartition("_")[2] in {name.lower() for name in models_of(text)}


def _asks_nothing(tree: ast.Expression) -> str | None:
    if models_of(ast.unparse(tree)):
        return None
    return f"`{ast.unparse(tree)}` asks no model, so nothing of the database"


def _bound(tree: ast.AST) -> set[str]:
    """Return the names that a comprehension gives."""
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _refusals(tree: ast.AST, bound: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            yield f"it has a {type(node).__name__}, and a question only reads"
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            yield f"it reaches for `{node.attr}`"
        elif isinstance(node, ast.Call):
            yield from _call_refused(node)
        elif isinstance(node, ast.Name) and not _is_known(node.id, bound):
            yield f"`{node.id}` is neither a model nor one of {', '.join(BUILTINS)}"


def _call_refused(call: ast.Call) -> Iterator[str]:
    match call.func:
        case ast.Attribute(attr=name) if name not in READS:
            yield f"it calls `{name}`, which is none of a queryset's methods that read"
        case ast.Name(id=name) if name not in (*BUILTINS, *EXPRESSIONS):
            yield f"it calls `{name}`"
        case ast.Attribute() | ast.Name():
            pass
        case _:
            yield "it calls what another call has returned"
    if any(isinstance(one, ast.Constant) and one.value == RANDOM for one in call.args):
        yield "its order is another each time it is asked"
    if isinstance(call.func, ast.Attribute) and call.func.attr in ORDERS:
        unread = [one for one in call.args if not isinstance(one, ast.Constant)]
        yield from (f"`{ast.unparse(one)}` is no field to order by" for one in unread)


def _is_known(name: str, bound: set[str]) -> bool:
    return name in bound or name in BUILTINS or name[0].isupper()
