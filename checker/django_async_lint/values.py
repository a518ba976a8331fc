"""What is known of a value without running anything."""

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal[
    "name",  # a function, class, module or variable, by its dotted name
    "result",  # what calling a name gives: an instance, a coroutine, anything
    "query",  # a manager or a queryset
    "row",  # a model instance out of a query
    "rows",  # several of them, in memory
    "method",  # a method of a value that was not called
    "coroutine",  # something to await; `inner` is what comes of it
    "bridge",  # sync_to_async(f) or async_to_sync(f), not called; `inner` is f
    "lambda",
    "parameter",
    "loop",  # an event loop
    "iterator",  # of a queryset
    "awaited",  # what awaiting the result of a name gives
]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """One value; `name` is the dotted name of the model, function or class it is of.

    A row or query that was reached over relations has the way in `origin`, from the
    model `name`; `path` are the attributes followed since then. `loaded` holds the
    relations that came with the row, as `a__b`; None where that is not known. `asked`
    is what a query was filtered by, as `a=1`, and `!a=1` where it was excluded.
    """

    kind: Kind
    name: str = ""
    origin: Path = ()
    path: Path = ()
    loaded: Path | None = None
    inner: "Value | None" = None
    line: int = 0
    plain: bool = False
    locked: bool = False
    asked: Path = ()

    def at(self, line: int) -> "Value":
        """Return the value as one that was made at a line."""
        return replace(self, line=line)
