"""A file's bytes in, its facts out."""

import ast
import re
import tokenize
import warnings
from collections.abc import Iterator
from io import BytesIO

from django_async_lint.errors import UnreadableFile
from django_async_lint.facts import Excuse, Module
from django_async_lint.reading.expressions import expression
from django_async_lint.reading.names import QUEUE_IN_THE_DATABASE, SETTINGS
from django_async_lint.reading.scope import Book, Scope
from django_async_lint.reading.statements import block

EXCUSE = re.compile(
    r"#\s*noqa\s*:\s*((?:DAL\d+)(?:\s*,?\s*DAL\d+)*)(.*)", re.IGNORECASE
)
CODE = re.compile(r"DAL\d+", re.IGNORECASE)


def read(source: bytes, path: str, name: str, *, is_package: bool = False) -> Module:
    """Read a module.

    Raises:
        UnreadableFile: it is no Python, or not as text.
    """
    module = Module(name, path, is_package)
    tree = _parsed(source, path)
    book = Book(module, expression, block)
    module.rebound = sorted(_defined(tree))
    scope = Scope(book)
    try:
        block(scope, tree.body)
        while book.later:
            node, inner = book.later.pop(0)
            _body(node, inner)
    except RecursionError:
        raise UnreadableFile(path, 1, "it is nested too deeply") from None
    _settings(module, tree)
    if b"DAL" in source and b"noqa" in source.lower():
        module.excuses = list(_excuses(source))
    return module


def _parsed(source: bytes, path: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        raise UnreadableFile(path, error.lineno or 1, error.msg) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableFile(path, 1, str(error) or type(error).__name__) from None


def _defined(tree: ast.Module) -> set[str]:
    """Return the names that the module itself defines, so that no built-in is meant."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef, inner: Scope) -> None:
    function = inner.function
    if function is None:
        return
    function.is_generator = _yields(node)
    block(inner, node.body)


def _yields(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a generator: a `yield` of its own, not of one inside."""
    waiting: list[ast.AST] = list(node.body)
    inner = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(one, inner):
            waiting.extend(ast.iter_child_nodes(one))
    return False


def _settings(module: Module, tree: ast.Module) -> None:
    """Note the settings that are keys of a dictionary, such as in DATABASES."""
    last = module.path.replace("\\", "/").lower()
    if "setting" not in last and "conf" not in last and "celery" not in last:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in SETTINGS:
                    written = (
                        repr(value.value) if isinstance(value, ast.Constant) else "?"
                    )
                    module.settings[str(key.value)] = written
                elif _is_tasks_backend(key, value):
                    module.settings["TASKS"] = QUEUE_IN_THE_DATABASE


def _is_tasks_backend(key: ast.expr | None, value: ast.expr) -> bool:
    return (
        isinstance(key, ast.Constant)
        and key.value == "BACKEND"
        and isinstance(value, ast.Constant)
        and str(value.value).startswith(f"{QUEUE_IN_THE_DATABASE}.")
    )


def _excuses(source: bytes) -> Iterator[Excuse]:
    """Yield each comment `# noqa: CODE reason`."""
    for token in tokenize.tokenize(BytesIO(source).readline):
        if token.type == tokenize.COMMENT:
            found = EXCUSE.search(token.string)
            if found:
                codes = [one.upper() for one in CODE.findall(found[1])]
                reason = found[2].strip(" \t:-–—()")
                yield Excuse(token.start[0], token.start[1] + 1, codes, reason)
