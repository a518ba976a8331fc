"""What of a block reaches for what judges it: that is refused, by its name.

A process cannot be held off itself. But who would forge what is seen must first get
hold of it, and the ways to it have names, which no honest example needs.
"""

import ast
import builtins
import sys
from collections.abc import Iterator
from typing import Any

JUDGES = ("proof", "django_async_lint")
"""The packages that watch and judge."""
OUT_OF_REACH = {
    "_getframe": "the frames of who called it",
    "f_back": "the frames of who called it",
    "f_locals": "the variables of another frame",
    "get_referrers": "the objects that hold another",
    "get_referents": "the objects that another holds",
    "__closure__": "the variables of another function",
    "cell_contents": "the variables of another function",
    "__subclasses__": "every class of the process",
}
"""What a name reaches for. `gc.get_objects()` is none: it finds no memory of notes."""


def refused(code: str) -> tuple[int, str] | None:
    """Return the line and the name by which a block reaches for what judges it.

    None if it does not, or is no Python, which others say better.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    return next(_found(tree), None)


def _found(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        for name in _names(node):
            if name.partition(".")[0] in JUDGES:
                yield node.lineno, f"`{name}`, which judges it"  # type: ignore[attr-defined]
            elif name in OUT_OF_REACH:
                yield node.lineno, f"`{name}`: {OUT_OF_REACH[name]}"  # type: ignore[attr-defined]


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (one.name for one in names)
        case ast.ImportFrom(module=module, names=names):
            yield module or ""
            yield from (one.name for one in names)
        case ast.Attribute(attr=name):
            yield name
        case ast.Constant(value=str(text)) if text.isprintable() and " " not in text:
            yield text


def close(block: str) -> None:
    """Have an import of the judge fail that the block's file asks for."""
    import_ = builtins.__import__

    def imported(name: str, globals: Any = None, *more: Any, **named: Any) -> Any:  # noqa: A002
        if name.partition(".")[0] in JUDGES and _asks() == block:
            raise ImportError(f"{name} judges this block, which cannot reach it")
        return import_(name, globals, *more, **named)

    builtins.__import__ = imported


def _asks() -> str:
    return sys._getframe(2).f_code.co_filename
