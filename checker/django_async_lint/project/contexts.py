"""In what a function runs: a task, a view, a test, a transaction, a running loop."""

from collections import deque
from collections.abc import Callable

from django_async_lint.project.around import overrides
from django_async_lint.project.effects import ANY_WAY
from django_async_lint.project.entries import Entries
from django_async_lint.project.graph import (
    BELOW,
    BRIDGED,
    COROUTINE,
    SAME,
    Edge,
    Graph,
    is_bridged,
)
from django_async_lint.project.index import Index, Place
from django_async_lint.reading import names

ATOMIC, UNDER_A_LOOP, UNDER_A_BRIDGE = "atomic", "under a loop", "under a bridge"
RETRIED, OVERRIDDEN = "a task that is retried", "a zone or language that was set"
IN_ONE_TRANSACTION = frozenset({SAME, COROUTINE, BRIDGED})


class Contexts:
    """By context, the functions that run in it, and the one that says so."""

    def __init__(self, index: Index, graph: Graph, entries: Entries) -> None:
        self.index, self.graph, self.entries = index, graph, entries
        self.of: dict[str, dict[int, str]] = {}
        kinds = {kind for one in entries.of.values() for kind in one}
        for kind in kinds:
            starts = {n: one[kind] for n, one in entries.of.items() if kind in one}
            self.of[kind] = self._spread(starts, lambda edge: edge.kind in ANY_WAY)
        self.of[ATOMIC] = self._spread(self._atomic(), _keeps_the_transaction)
        self.of[UNDER_A_LOOP] = self._spread(self._below(), _is_direct)
        self.of[UNDER_A_BRIDGE] = self._spread(
            self._bridged(), lambda edge: edge.kind in (COROUTINE, BRIDGED)
        )

        over = self._overridden()
        self.of[OVERRIDDEN] = self._spread(over, lambda edge: edge.kind in ANY_WAY)
        tries = self._retried()
        self.of[RETRIED] = self._spread(tries, lambda edge: edge.kind in ANY_WAY)

    def why(self, place: Place | None, *kinds: str) -> tuple[str, str] | None:
        """Return the first of some contexts that a function runs in, and whose."""
        if place is None:
            return None
        for kind in kinds:
            found = self.of.get(kind, {}).get(place.number)
            if found is not None:
                return kind, found
        return None

    def _atomic(self) -> dict[int, str]:
        found = {}
        for place in self.index.places:
            if not place.function.is_async and is_atomic(place):
                found[place.number] = place.function.short
        for edges in self.graph.out.values():
            for edge in edges:
                inside = edge.call.atomic and edge.kind in IN_ONE_TRANSACTION
                if inside and edge.source is not None:
                    found.setdefault(edge.target.number, edge.source.function.short)
        return found

    def _overridden(self) -> dict[int, str]:
        """Functions that are called below `override()` of Django."""
        found: dict[int, str] = {}
        for module in self.index.modules:
            for entered in filter(overrides, module.entered):
                place = self.index.place(module, entered.function)
                for edge in self.graph.out.get(place.number, ()) if place else ():
                    if entered.line <= edge.call.line <= entered.last:
                        found[edge.target.number] = edge.target.function.short
        return found

    def _retried(self) -> dict[int, str]:
        """Tasks that are tried again after an exception, and after which."""
        found = {}
        for number in self.entries.celery:
            for one in self.index.places[number].function.decorators:
                for argument in one.constants:
                    if argument.keyword == "autoretry_for":
                        found[number] = argument.constant
        return found

    def _below(self) -> dict[int, str]:
        """Functions that `sync_to_async` runs, called from a coroutine."""
        found = {}
        for edges in self.graph.out.values():
            for edge in edges:
                if edge.kind == BELOW and edge.source and edge.source.function.is_async:
                    found[edge.target.number] = edge.source.function.short
        return found

    def _bridged(self) -> dict[int, str]:
        """Coroutines that sync code runs, on a loop that ends with the call."""
        found = {}
        for edges in self.graph.out.values():
            for edge in edges:
                source = edge.source
                if source is None or source.function.is_async:
                    continue
                if edge.target.function.is_async and edge.kind != SAME:
                    found[edge.target.number] = source.function.short
        return found

    def _spread(
        self, starts: dict[int, str], fits: Callable[[Edge], bool]
    ) -> dict[int, str]:
        found = dict(starts)
        waiting = deque(found)
        while waiting:
            number = waiting.popleft()
            for edge in self.graph.out.get(number, ()):
                if edge.target.number not in found and fits(edge):
                    found[edge.target.number] = found[number]
                    waiting.append(edge.target.number)
        return found


def is_atomic(place: Place) -> bool:
    """Whether a function is decorated with `atomic`."""
    return any(one.name in names.ATOMIC for one in place.function.decorators)


def _keeps_the_transaction(edge: Edge) -> bool:
    return edge.kind in IN_ONE_TRANSACTION


def _is_direct(edge: Edge) -> bool:
    target = edge.target
    plain = not target.function.is_async and not is_bridged(target)
    return edge.kind == SAME and plain
