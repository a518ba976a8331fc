"""Facts to plain data and back, so that they can be kept as JSON."""

import types
import typing
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
    if data is None or kind in (str, int, bool):
        return data
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return made(typing.get_args(kind)[0], data)
    if origin is typing.Literal:
        return data
    if origin is list:
        (of,) = typing.get_args(kind)
        return [made(of, one) for one in data]
    if origin is tuple:
        return tuple(data)
    if origin is dict:
        _, of = typing.get_args(kind)
        return {key: made(of, value) for key, value in data.items()}
    parts = zip(_kinds(kind), data, strict=True)
    return kind(*(made(of, one) for of, one in parts))


@cache
def _kinds(kind: Any) -> tuple[Any, ...]:
    hints = typing.get_type_hints(kind)
    return tuple(hints[one.name] for one in fields(kind))
