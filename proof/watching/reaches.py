"""What of a block reaches for what judges it: that is refused, by its name.

A process cannot be held off itself. But who would forge what is seen must first get
hold of it, and the ways to it have names, which no honest example needs.
"""

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from proof.watching.beneath import beneath

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
    "__wrapped__": "what was there before somebody listened",
    "execute_wrappers": "who hears statements",
    "warnings.filters": "what decides which warnings are heard",
    "warnings._filters_mutated": "what decides which warnings are heard",
    "_warnings": "a warning that nobody hears",
    "gc.callbacks": "who hears the garbage collector",
    "connection_created.disconnect": "who hears connections",
    "connection_created.receivers": "who hears connections",
    "connection_created.sender_receivers_cache": "who hears connections",
    "importlib.reload": "a module anew, to which nobody listens",
    "_invoke_excepthook": "who hears a thread's end",
    "_thread": "a thread that is not counted",
    "_start_new_thread": "a thread that is not counted",
    "_start_joinable_thread": "a thread that is not counted",
    "threading._active": "the threads that are counted",
    "_work_queue": "what a thread has yet to do",
    "_exception": "what a future or a task holds",
    "_log_traceback": "who hears what a task holds",
    "__dict__": "what an object holds",
    "__setattr__": "what another object holds",
    "__setstate__": "what another object holds",
    "os.dup2": "where its output goes",
    "os.truncate": "what it has printed",
    "os.ftruncate": "what it has printed",
    "stdout.truncate": "what it has printed",
    "stderr.truncate": "what it has printed",
    "linecache": "the lines that a traceback shows",
    "co_filename": "the file that code says it is from",
    "with_traceback": "where an exception says it is from",
    "builtins.exec": "code that no reader sees",
    "builtins.eval": "code that no reader sees",
    "builtins.compile": "code that no reader sees",
    "__builtins__": "code that no reader sees",
}
"""What a name reaches for. `gc.get_objects()` is none: it finds no memory of notes."""
OUT_OF_HANDS = {
    "__class__": "what an object says it is",
    "__module__": "where a class says it is from",
    "__qualname__": "what a class says it is called",
    "__name__": "what a class or a module says it is called",
    "__traceback__": "where an exception says it is from",
    "args": "what an exception says",
    "stdout": "where its output goes",
    "stderr": "where its output goes",
    "logger": "who hears errors",
    "Logger": "who hears errors",
    "warn": "who hears warnings",
    "warn_explicit": "who hears warnings",
    "call_exception_handler": "who hears what a loop can only log",
    "set_exception": "who hears what a future holds",
}
"""What no block sets, of anything but its own `self`."""


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
    nodes = [*ast.walk(tree)]
    known = _imported(nodes)
    for node in nodes:
        line = getattr(node, "lineno", 0)
        for name in _names(node, known):
            if name.partition(".")[0] in JUDGES:
                yield line, f"`{name}`, which judges it"
            for one in (name, ".".join(name.split(".")[-2:]), name.split(".")[-1]):
                if one in OUT_OF_REACH:
                    yield line, f"`{one}`: {OUT_OF_REACH[one]}"
        for name in _set_by(node):
            if name in OUT_OF_HANDS:
                yield line, f"`{name}`: {OUT_OF_HANDS[name]}"
            elif re.fullmatch(r"_[a-z]\w*", name):
                yield line, f"`{name}`: what is private to another"
    for node in beneath(nodes):
        yield node.lineno, f"`{ast.unparse(node)}`: the connection beneath Django's"


def _imported(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Return what the names of imports mean, beside those that Python has anyway."""
    known = {name: f"builtins.{name}" for name in ("exec", "eval", "compile")}
    for node in nodes:
        if isinstance(node, ast.Import):
            known |= {one.asname: one.name for one in node.names if one.asname}
        elif isinstance(node, ast.ImportFrom):
            found = {n.asname or n.name: f"{node.module}.{n.name}" for n in node.names}
            known |= found
    return known


def _names(node: ast.AST, known: Mapping[str, str]) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (one.name for one in names)
        case ast.ImportFrom(module=module, names=names):
            yield module or ""
            yield from (f"{module}.{one.name}" for one in names)
        case ast.Attribute(value=ast.Name(id=of), attr=name):
            yield f"{known.get(of, of)}.{name}"
        case ast.Attribute(value=ast.Attribute(attr=of), attr=name):
            yield f"{of}.{name}"
        case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            yield name
        case ast.Name(id="__builtins__" as name):
            yield name
        case ast.Name(id=name) if name in known:
            yield known[name]
        case ast.Constant(value=str(text)) if text.isprintable() and " " not in text:
            yield text


def _set_by(node: ast.AST) -> Iterator[str]:
    """Yield what a node sets or deletes, of another than `self`; also by a patch."""
    match node:
        case ast.Attribute(value=ast.Name(id="self")):
            pass
        case ast.Attribute(value=of, attr=name, ctx=ast.Store() | ast.Del()):
            yield from (name, ast.unparse(of).rpartition(".")[2])
        case ast.Name(id=name, ctx=ast.Store()) if name.startswith("__"):
            yield name
        case ast.Constant(value=str(text)) if text in OUT_OF_HANDS and "__" in text:
            yield text
        case ast.Call(func=function, args=args):
            called = ast.unparse(function)
            if re.search(r"(?:patch|patch\.object|setattr|delattr)$", called):
                names = (ast.unparse(one).strip("'\"") for one in args)
                yield from (part for name in names for part in name.split(".")[-2:])


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
