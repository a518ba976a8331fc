"""An exception or a warning that the block makes itself, whoever raises it for it.

A mock, a future or a generator raises what it is given, and a thread may warn in one's
stead. So a block that claims what a library does must not be the one that makes it.
"""

import ast
import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING

from proof.claims.kind import Reason

if TYPE_CHECKING:
    from proof.claims.claim import Claim
    from proof.example import Example
    from proof.outcome import Outcome

NAMES = """isinstance issubclass suppress raises assertRaises assertRaisesMessage
assertRaisesRegex warns assertWarns assertWarnsMessage assertWarnsRegex
simplefilter filterwarnings catch_warnings"""
TAKES = frozenset(NAMES.split())
"""Who is told of a class, and makes none."""
ASKED_FOR = {"autoretry_for", "dont_autoretry_for", "throws", "category"}
"""Arguments that only name a class."""
HANDED_ON = {"asyncio": ("call_exception_handler", "default_exception_handler")}
"""What a block calls to have a library log for it."""
OF_ANOTHER = "type()()"
"""How a class is made of whose name nothing is said."""
OF_A_THREAD = "threading"
"""What stands for a category where a thread ends with an exception."""


def made_by_the_block(
    example: "Example", claims: "tuple[Claim, ...]", outcome: "Outcome"
) -> Iterator[Reason]:
    """Yield each claimed exception or warning of a library that the block makes."""
    for claim in claims:
        for name in _spoken_of(example, claim, outcome):
            line = _line_that_makes(example, name)
            if line:
                yield Reason(
                    claim.line,
                    f"{claim}, by the code that it is of",
                    f"the block itself makes it at line {line}",
                    "Let the library make it, or use a class of the block's own.",
                )


def _spoken_of(
    example: "Example", claim: "Claim", outcome: "Outcome"
) -> tuple[str, ...]:
    """Return the names by which a block would make what is claimed, if not its own."""
    if claim.kind == "raises" and outcome.raised is not None:
        module, _, name = outcome.raised.type.rpartition(".")
        return () if _is_blocks(example, module) else _with_parent(name)
    if claim.kind in ("warns", "warns too"):
        thread = claim.name == OF_A_THREAD
        name = claim.text.partition(":")[0] if thread else claim.name
        names = HANDED_ON.get(name, (name,))
        return () if _is_defined(example, name) else names
    return ()


def _is_blocks(example: "Example", module: str) -> bool:
    own = module.rpartition(".")[2].removeprefix("test_")
    return own in {example.id.replace("-", "_"), "__main__"}


def _with_parent(name: str) -> tuple[str, ...]:
    """Return a name, and that of the class which makes one of it by its number."""
    found = getattr(builtins, name, None)
    is_system = isinstance(found, type) and issubclass(found, OSError)
    return (name, "OSError") if is_system else (name,)


def _is_defined(example: "Example", name: str) -> bool:
    if hasattr(builtins, name):
        return False
    tree = ast.parse(example.code)
    return any(isinstance(n, ast.ClassDef) and n.name == name for n in ast.walk(tree))


def _line_that_makes(example: "Example", name: str) -> int:
    """Return the line at which a block makes one of a class, or hands it on; else 0."""
    for code in (example.code, example.call or ""):
        tree = ast.parse(code)
        names = {name, OF_ANOTHER, *_aliases(tree, name)}
        only_named = {id(one) for one in _only_named(tree)}
        for node in ast.walk(tree):
            if id(node) not in only_named and _name_of(node) in names:
                return getattr(node, "lineno", 0)
    return 0


def _aliases(tree: ast.AST, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (n.asname for n in node.names if n.asname and n.name == name)


def _name_of(node: ast.AST) -> str:
    match node:
        case (
            ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name))
        ):
            return name
        case ast.Call(
            func=ast.Call(func=ast.Name(id="type")) | ast.Attribute(attr="__class__")
        ):
            return OF_ANOTHER
    return ""


def _only_named(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes in which a class is named and none is made."""
    own = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
    for node in ast.walk(tree):
        for part in _naming(node, TAKES - own):
            yield part
            yield from part.elts if isinstance(part, ast.Tuple) else ()


def _naming(node: ast.AST, takes: frozenset[str]) -> Iterator[ast.AST]:
    match node:
        case ast.ExceptHandler(type=ast.AST() as kind):
            yield kind
        case ast.Call(func=function, args=args) if _name_of(function) in takes:
            yield from args
        case ast.keyword(arg=str(name), value=value) if name in ASKED_FOR:
            yield value
        case ast.arg(annotation=ast.AST() as kind) | ast.AnnAssign(annotation=kind):
            yield from ast.walk(kind)
        case ast.FunctionDef(returns=ast.AST() as kind):
            yield from ast.walk(kind)
        case ast.ClassDef(bases=bases):
            yield from bases
        case ast.Assign(value=ast.Tuple() as names):
            yield names
