"""Who calls whom, and how: in the same thread, on another loop, later."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django_async_lint.facts import Call, Module
from django_async_lint.project.index import Index, Place
from django_async_lint.project.orm import function_of
from django_async_lint.reading import names
from django_async_lint.values import Value

SAME, COROUTINE, BELOW, BRIDGED = "same", "coroutine", "below", "bridged"
OTHER_LOOP, THREAD, LATER = "other loop", "thread", "later"
RUNNERS = frozenset({"asyncio.run", "uvloop.run", "anyio.run", "asyncio.Runner().run"})
RUNNING = frozenset({".run_until_complete"})
THREADSAFE = "asyncio.run_coroutine_threadsafe"
LATER_CALLS = frozenset(
    {"django.db.transaction.on_commit", "functools.partial", "atexit.register"}
)
DEFERS = frozenset({"connect", "add_done_callback", "call_later", "call_soon"})
SUBMITTED = frozenset({"submit", "map"})


@dataclass(frozen=True, eq=False, slots=True)
class Edge:
    """One function runs another; `source` is None where a module does."""

    source: Place | None
    target: Place
    kind: str
    call: Call
    module: Module


class Graph:
    """The edges between the functions of a project."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.out: dict[int, list[Edge]] = defaultdict(list)
        self.into: dict[int, list[Edge]] = defaultdict(list)
        self.threads: list[Edge] = []
        self.runners: dict[int, str] = {}
        self.by_call: dict[int, list[Edge]] = defaultdict(list)
        self._find_runners()
        for module in index.modules:
            for call in module.calls:
                for edge in self._edges(call, module):
                    self._add(edge)

    def _add(self, edge: Edge) -> None:
        if edge.source is not None:
            self.out[edge.source.number].append(edge)
        self.into[edge.target.number].append(edge)
        self.by_call[id(edge.call)].append(edge)
        if edge.kind == THREAD:
            self.threads.append(edge)

    def _find_runners(self) -> None:
        """Find the helpers that run their parameter on a loop of their own."""
        for module in self.index.modules:
            for call in module.calls:
                place = self.index.place(module, call.function)
                if place is None:
                    continue
                handed = [a.value for a in call.arguments]
                name = call.name or f".{call.method}"
                runs = name in RUNNERS or name in RUNNING
                if name.endswith(".submit") and handed and _is_runner(handed[0]):
                    runs = True
                for value in handed if runs else ():
                    if value and value.kind == "parameter":
                        self.runners[place.number] = value.name

    def runs_on_another_loop(self, name: str, near: Module) -> bool:
        """Whether what is handed to a name runs on a loop of its own."""
        if name in RUNNERS or name in RUNNING or name.endswith(".run_until_complete"):
            return True
        found = self.index.find(name, near)
        return isinstance(found, Place) and found.number in self.runners

    def _edges(self, call: Call, module: Module) -> Iterator[Edge]:
        source = self.index.place(module, call.function)
        target = self._target(call, module)
        if target is not None:
            kind = self._kind(call, target, module)
            yield Edge(source, target, kind, call, module)
        for value, kind in self._handed(call):
            place = function_of(value, self.index, module)
            if place is not None:
                yield Edge(source, place, kind, call, module)

    def _target(self, call: Call, module: Module) -> Place | None:
        value: Value | None = call.receiver
        if call.name:
            value = Value("name", call.name)
        elif value is not None and value.kind == "bridge":
            value = value.inner
        return function_of(value, self.index, module)

    def _kind(self, call: Call, target: Place, module: Module) -> str:
        if call.receiver is not None and call.receiver.kind == "bridge":
            if call.receiver.name in names.TO_SYNC:
                return BRIDGED
            return BELOW
        if is_bridged(target):
            return BELOW
        if target.function.is_async:
            if call.handed_to == THREADSAFE:
                return THREAD
            other = self.runs_on_another_loop(call.handed_to, module)
            return OTHER_LOOP if other else COROUTINE
        return SAME

    def _handed(self, call: Call) -> Iterator[tuple[Value | None, str]]:
        """Yield the functions among the arguments of a call, and how they run."""
        first = call.first
        last = call.method or call.name.rpartition(".")[2]
        if call.name in names.BRIDGES:
            loose = call.argument("thread_sensitive")
            own = loose is not None and loose.constant == "False"
            thread = own and "database" not in call.name
            if thread:
                yield first, THREAD
            elif call.name in names.TO_SYNC:
                yield first, BRIDGED
            else:
                yield first, BELOW
        elif call.name == "asyncio.to_thread":
            yield first, THREAD
        elif last in ("Thread", "Timer", "Process") and call.name.startswith("thread"):
            target = call.argument("target") or call.argument("function")
            yield (target.value if target else None), THREAD
        elif last in SUBMITTED and _is_a_pool(call):
            yield first, THREAD
        elif last == "run_in_executor" and len(call.arguments) > 1:
            yield call.arguments[1].value, THREAD
        elif call.name in LATER_CALLS or last in DEFERS or "commit" in last:
            yield first, LATER
        else:
            for one in call.arguments:
                if one.value is not None and one.value.kind == "lambda":
                    yield one.value, SAME


def _is_a_pool(call: Call) -> bool:
    receiver = call.receiver
    name = receiver.name if receiver is not None else call.name
    return "ThreadPoolExecutor" in name


def _is_runner(value: Value | None) -> bool:
    return value is not None and value.kind == "name" and value.name in RUNNERS


def is_bridged(place: Place) -> bool:
    """Whether a function was decorated with `sync_to_async`, or its like."""
    return any(one.name in names.TO_ASYNC for one in place.function.decorators)
