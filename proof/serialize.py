"""Dataclasses as plain data and back; what is usual, a field's default, is left out.

A dataclass is a mapping by field. One of several in a tuple is a row: the values that
have no default, in their order, and behind them a mapping of the others, if there are
any. A new field needs nothing here, if it has a default: data from before the field is
read, and a value that is the default is not written.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache, partial
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Made = TypeVar("Made")
Reader = Callable[[Any], Any]


def facts(value: Any) -> Any:
    """Return plain data: mappings, lists, texts, numbers, true, false and null."""
    if is_dataclass(value):
        return {one.name: what for one, what in _seen(value) if not _usual(one, what)}
    if isinstance(value, Mapping):
        return {key: facts(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_row(one) if is_dataclass(one) else facts(one) for one in value]
    return value


def full(value: Any) -> dict[str, Any]:
    """Return a dataclass as plain data with each of its fields, usual or not."""
    return {one.name: what for one, what in _seen(value)}


def made(kind: Callable[..., Made], data: Mapping[str, Any]) -> Made:
    """Return the dataclass that `facts` or `full` made this data from.

    Raises:
        TypeError: a field is missing, or is none of the class.
    """
    readers = _readers(kind)
    return kind(**{k: readers[k](v) if k in readers else v for k, v in data.items()})


def _seen(value: Any) -> list[tuple[Field[Any], Any]]:
    return [(one, facts(getattr(value, one.name))) for one in fields(value)]


def _row(value: Any) -> list[Any]:
    required = [what for one, what in _seen(value) if not _optional(one)]
    others = {
        k: v for k, v in facts(value).items() if k not in _required(value.__class__)
    }
    return [*required, others] if others else required


def _optional(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _usual(field: Field[Any], fact: Any) -> bool:
    if field.default_factory is not MISSING:
        return bool(fact == facts(field.default_factory()))
    return field.default is not MISSING and bool(fact == facts(field.default))


@cache
def _required(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if not _optional(one))


@cache
def _readers(kind: Any) -> dict[str, Reader]:
    """Return what reads each field whose data is not the value itself."""
    hints = get_type_hints(kind)
    found = {name: _reader(hint) for name, hint in hints.items()}
    return {name: reader for name, reader in found.items() if reader is not None}


def _reader(hint: Any) -> Reader | None:
    if is_dataclass(hint):
        return partial(made, cast(type, hint))
    of = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        found = next(filter(None, map(_reader, of)), None)
        return found and partial(_unless_none, found)
    if get_origin(hint) is tuple:
        is_row = is_dataclass(of[0])
        return partial(_tuple, partial(_from_row, of[0]) if is_row else _reader(of[0]))
    found = _reader(of[1]) if len(of) == 2 else None  # A mapping's values.
    return found and partial(_mapping, found)


def _unless_none(reader: Reader, data: Any) -> Any:
    return None if data is None else reader(data)


def _tuple(reader: Reader | None, data: Any) -> tuple[Any, ...]:
    return tuple(data) if reader is None else tuple(map(reader, data))


def _mapping(reader: Reader, data: Any) -> dict[Any, Any]:
    return {key: reader(one) for key, one in data.items()}


def _from_row(kind: Callable[..., Made], data: Any) -> Made:
    if isinstance(data, Mapping):
        return made(kind, data)
    names = _required(kind)
    others = data[len(names)] if len(data) == len(names) + 1 else {}
    if len(data) > len(names) and not others:
        raise TypeError(f"a row is {', '.join(names)}, and not {data}")
    return made(kind, dict(zip(names, data, strict=False)) | others)
