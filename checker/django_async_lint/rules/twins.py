"""DAL3: a service for sync and for async callers that is not one."""

from collections.abc import Iterator

from django_async_lint.facts import Argument, Call, Function
from django_async_lint.project.graph import BRIDGED, COROUTINE, OTHER_LOOP
from django_async_lint.project.index import Place
from django_async_lint.reading import names
from django_async_lint.rules.rule import At, Problem, Rule, problem


class AnotherDefault(Rule):
    """A sync wrapper that hands on a default of its own."""

    code = "DAL312"
    name = "a wrapper with another default"
    why = "the same call means one thing in sync code and another in a coroutine"
    instead = "hand on *args and **kwargs, or make the wrapper from the coroutine"
    good = "generated-twin"
    finds = ("twin-with-another-default",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        mine = at.function
        if mine is None or mine.is_async or not mine.defaults:
            return
        for edge in at.project.graph.by_call.get(id(call), ()):
            theirs = edge.target.function
            over = edge.kind in (BRIDGED, COROUTINE, OTHER_LOOP)
            for name, one in _handed(call, theirs) if theirs.is_async and over else ():
                own, other = mine.defaults.get(name), theirs.defaults.get(name)
                known = one.spelled == name and own not in (None, "None")
                if known and other is not None and own != other:
                    what = f"{name} is {own} here and {other} in {theirs.short}()"
                    yield problem(call, what)


def _handed(call: Call, to: Function) -> Iterator[tuple[str, Argument]]:
    """Yield each argument with the parameter that it is for."""
    parameters = to.parameters[1:] if to.owner else to.parameters
    placed = [one for one in call.arguments if not one.keyword]
    yield from zip(parameters, placed, strict=False)
    yield from ((one.keyword, one) for one in call.arguments if one.keyword)


class TwoImplementations(Rule):
    """A sync and an async function of one name that both write by themselves."""

    code = "DAL313"
    name = "two implementations of one service"
    default = False
    why = "a check, a lock or a transaction that one has is soon missing in the other"
    instead = "one sync core with the transaction, and an async shell around it"
    good = "service-core-and-shell"
    finds = (
        "twin-without-the-check",
        "twin-without-the-transaction",
    )

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        if at.place is None or not function.is_async or not _writes(at.place, at):
            return
        prefix = function.name[: len(function.name) - len(function.short)]
        for short in _twins(function.short):
            found = at.project.index.find(prefix + short, at.module)
            is_sync = isinstance(found, Place) and not found.function.is_async
            if isinstance(found, Place) and is_sync and _writes(found, at):
                yield problem(function, f"{function.short}() and {short}() both write")


def _twins(name: str) -> Iterator[str]:
    yield from (f"{name}_sync", f"sync_{name}")
    if name.startswith("a"):
        yield name[1:]
    for end in ("_async", "async_"):
        if name.endswith(end) or name.startswith(end):
            yield name.removesuffix(end).removeprefix(end)


def _writes(place: Place, at: At) -> bool:
    """Whether a function writes rows in its own body."""
    for call in place.module.calls:
        own = call.function == place.index and call.method in names.WRITES
        if own and at.project.orm.asks(call, place.module):
            return True
    return False


RULES = (AnotherDefault, TwoImplementations)
