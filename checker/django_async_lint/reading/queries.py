"""What the methods of managers, querysets and rows give."""

from collections.abc import Iterator
from dataclasses import replace

from django_async_lint.facts import Argument
from django_async_lint.reading import names
from django_async_lint.values import Value

AITERATOR = "aiterator"
UNASKED = ("iterator", AITERATOR, "get_queryset")
"""What gives a queryset as well, or its like, and sends nothing."""


def of_a_method(of: Value, method: str, arguments: list[Argument]) -> Value | None:
    """Return what is known of the result of a method of a value."""
    if of.kind == "row":
        return _of_a_row(of, method, arguments)
    if of.kind == "query":
        return _of_a_query(of, method, arguments)
    if method in names.UNMISTAKABLE:
        return Value("coroutine")
    return None


def row_of(source: Value) -> Value | None:
    """Return the row that `get_object_or_404` finds in a model or a query."""
    if source.kind == "name":
        return Value("row", source.name, loaded=())
    return replace(source, kind="row") if source.kind == "query" else None


def _of_a_row(row: Value, method: str, arguments: list[Argument]) -> Value | None:
    if method in names.ASYNC_OF_A_ROW:
        return Value("coroutine", inner=None)
    if not row.path:
        return Value("coroutine") if method in names.UNMISTAKABLE else None
    known = names.CHAINED | names.ASKS | names.ASYNC_ASKS
    if method not in known:
        return None
    manager = Value("query", row.name, origin=(*row.origin, *row.path), loaded=())
    if method == "all":
        if row.loaded is None:
            return None
        if "__".join(row.path) in row.loaded:
            return replace(manager, kind="rows", loaded=None)
    return _of_a_query(manager, method, arguments)


def _of_a_query(query: Value, method: str, arguments: list[Argument]) -> Value | None:
    if method in {*names.CHAINED, *UNASKED}:
        return _chained(query, method, arguments)
    row = None if query.plain else replace(query, kind="row")
    if row and method in ("create", "acreate"):
        row = replace(row, loaded=None)
    if method in names.GIVES_ROW:
        return row
    if method in names.ASYNC_ASKS:
        inner = row if method in names.ASYNC_ROW else None
        return Value("coroutine", query.name, inner=inner)
    return None


def _chained(query: Value, method: str, arguments: list[Argument]) -> Value:
    if method == "iterator":
        return replace(query, kind="iterator")
    if method in names.PLAIN:
        return replace(query, plain=True)
    if method == "select_for_update":
        return replace(query, locked=True)
    if method in ("select_related", "prefetch_related"):
        return replace(query, loaded=_loaded(query, method, arguments))
    if method in ("filter", "exclude", AITERATOR):
        return replace(query, asked=(*query.asked, *_asked(method, arguments)))
    return query


def _asked(method: str, arguments: list[Argument]) -> Iterator[str]:
    """Yield the conditions of a filter; "?" for one that is more than a keyword."""
    if method == AITERATOR:
        yield method
        return
    sign = "!" if method == "exclude" else ""
    for one in arguments:
        if one.keyword in ("", "**"):
            yield "?"
        else:
            yield f"{sign}{one.keyword}={one.constant or one.spelled or '?'}"


def _loaded(
    query: Value, method: str, arguments: list[Argument]
) -> tuple[str, ...] | None:
    """Return the relations that are loaded after one more call; None: not known."""
    if query.loaded is None or not arguments:
        return None
    asked: list[str] = []
    for one in arguments:
        if one.constant[:1] in "'\"" and one.constant:
            parts = one.constant[1:-1].split("__")
            asked += ["__".join(parts[: n + 1]) for n in range(len(parts))]
        else:
            return None
    return (*query.loaded, *asked)
