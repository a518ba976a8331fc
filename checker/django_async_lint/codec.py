"""Facts to plain data and back, so that they can be kept as JSON."""

import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


def plain(thing: Any) -> Any:
    """Return a fact as lists, dictionaries, strings and numbers."""
    if is_dataclass(thing):
        return [plain(getattr(thing, one.name)) for one in fields(thing)]
    if isinstance(thing, list | tuple):
        return [plain(one) for one in thing]
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    return thing


def made(kind: Any, data: Any) -> Any:
    """Return the fact of a kind that plain data stands for."""
    return _maker(kind)(data)


Maker = Callable[[Any], Any]


@cache
def _maker(kind: Any) -> Maker:
    """Return what makes a fact of a kind; it is asked for once for each kind."""
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if kind in (str, int, bool) or origin is typing.Literal:
        return _as_it_is
    if origin in (types.UnionType, typing.Union):
        of = _maker(arguments[0])
        return lambda data: None if data is None else of(data)
    if origin is list:
        of = _maker(arguments[0])
        return lambda data: [of(one) for one in data]
    if origin is tuple:
        return tuple
    if origin is dict:
        of = _maker(arguments[1])
        return lambda data: {key: of(value) for key, value in data.items()}
    return _of_a_dataclass(kind)


def _as_it_is(data: Any) -> Any:
    return data


def _of_a_dataclass(kind: Any) -> Maker:
    hints = typing.get_type_hints(kind)
    makers: list[Maker] = []

    def make(data: Any) -> Any:
        if not makers:
            # Not before: a class may have fields of its own kind.
            makers.extend(_maker(hints[one.name]) for one in fields(kind))
        return kind(*[of(one) for of, one in zip(makers, data, strict=True)])

    return make
