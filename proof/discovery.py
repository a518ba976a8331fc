"""The classes of a package whose modules are found, and not named."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def classes_in(package: str, path: Iterable[str], base: Any) -> list[Any]:
    """Return the classes that the modules of a package define, below a base class.

    The base may be abstract, which `type[Base]` of a type variable may not.
    """
    return [one for name in _modules(path) for one in _below(base, f"{package}.{name}")]


def _modules(path: Iterable[str]) -> list[str]:
    return [one.name for one in iter_modules(path) if not one.ispkg]


def _below(base: Any, module: str) -> Iterator[Any]:
    for value in vars(import_module(module)).values():
        is_below = isinstance(value, type) and issubclass(value, base)
        if is_below and value is not base and value.__module__ == module:
            yield value
