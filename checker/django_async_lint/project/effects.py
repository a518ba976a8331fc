"""What a function does in the end, itself or through what it calls."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django_async_lint.facts import Call
from django_async_lint.project import around
from django_async_lint.project.graph import (
    BELOW,
    BRIDGED,
    COROUTINE,
    OTHER_LOOP,
    SAME,
    Edge,
    Graph,
    is_bridged,
)
from django_async_lint.project.index import Index, Place
from django_async_lint.project.orm import ASYNC, SYNC, Orm

ORM, SYNC_ORM, CLOSES, BLOCKS, QUEUES = "orm", "sync orm", "closes", "blocks", "queues"
ANY_WAY = frozenset({SAME, COROUTINE, BELOW, BRIDGED, OTHER_LOOP})
ONE_THREAD = frozenset({SAME})
ONE_TRANSACTION = frozenset({SAME, COROUTINE, BELOW, BRIDGED})
CLOSING = frozenset({"django.db.connection.close", "django.db.connections.close_all"})
CLOSING_OLD = CLOSING | {"django.db.close_old_connections"}
BLOCKING = frozenset(
    [
        "time.sleep",
        "urllib.request.urlopen",
        "subprocess.run",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "os.system",
        "socket.create_connection",
        "socket.gethostbyname",
        "smtplib.SMTP",
    ]
)
BLOCKING_MODULES = {
    "requests": frozenset(
        ["get", "post", "put", "patch", "delete", "head", "options", "request"]
    ),
    "httpx": frozenset(
        [
            "get",
            "post",
            "put",
            "patch",
            "delete",
            "head",
            "options",
            "request",
            "stream",
        ]
    ),
}


@dataclass(frozen=True, slots=True)
class Why:
    """Where a function does something: the line, what it is, and over whom."""

    path: str
    line: int
    what: str
    over: str = ""

    def __str__(self) -> str:
        return f"{self.what} in {self.path}:{self.line}"


def blocks(call: Call) -> bool:
    """Whether a call makes its thread wait."""
    if call.name in BLOCKING:
        return True
    module, _, last = call.name.rpartition(".")
    return last in BLOCKING_MODULES.get(module, ())


class Effects:
    """By kind of effect, the functions that have it, and why."""

    def __init__(self, index: Index, graph: Graph, orm: Orm, *, kept: bool) -> None:
        self.index, self.graph, self.orm = index, graph, orm
        # Where connections are kept, one that is not old stays open.
        self._closing = CLOSING if kept else CLOSING_OLD
        self._direct: dict[str, dict[int, Why]] = {
            kind: {} for kind in (ORM, SYNC_ORM, CLOSES, BLOCKS, *around.KINDS)
        }
        self._look()
        self.of = {
            ORM: self._spread(ORM, ANY_WAY, lambda edge: True),
            CLOSES: self._spread(CLOSES, ANY_WAY, lambda edge: True),
            SYNC_ORM: self._spread(SYNC_ORM, ONE_THREAD, _on_this_thread),
            BLOCKS: self._spread(BLOCKS, ONE_THREAD, _on_this_thread),
        }
        for kind in around.KINDS:
            self.of[kind] = self._spread(kind, ANY_WAY, lambda edge: True)

    def has(self, place: Place, kind: str) -> Why | None:
        """Return why a function has an effect, None if it has not."""
        return self.of[kind].get(place.number)

    def queueing(self, direct: dict[int, Why]) -> None:
        """Add the functions that queue a task, themselves or over others."""
        self._direct[QUEUES] = direct
        self.of[QUEUES] = self._spread(
            QUEUES, ONE_TRANSACTION, lambda edge: not edge.call.atomic
        )

    def _look(self) -> None:
        for module in self.index.modules:
            for call in module.calls:
                place = self.index.place(module, call.function)
                if place is None:
                    continue
                asks = self.orm.asks(call, module)
                spelled = call.name or f".{call.method}"
                short = ".".join(spelled.rsplit(".", 2)[-2:])
                why = Why(module.path, call.line, f"{short}()")
                self._note(asks, place, why, maybe=call.maybe)
                if self._closes(call):
                    self._direct[CLOSES].setdefault(place.number, why)
                for kind in around.kinds_of(call, self.index, module):
                    self._direct[kind].setdefault(place.number, why)
                if blocks(call) and not call.maybe:
                    self._direct[BLOCKS].setdefault(place.number, why)
            for use in module.uses:
                place = self.index.place(module, use.function)
                if place is not None:
                    reads = self.orm.reads(use, module)
                    why = Why(module.path, use.line, "a query")
                    self._note(reads, place, why, maybe=use.maybe)

    def _closes(self, call: Call) -> bool:
        handed = (one.value.name for one in call.arguments if one.value is not None)
        return call.name in self._closing or any(n in self._closing for n in handed)

    def _note(self, asks: str, place: Place, why: Why, *, maybe: bool) -> None:
        if asks in (SYNC, ASYNC):
            self._direct[ORM].setdefault(place.number, why)
        if asks == SYNC and not maybe:
            self._direct[SYNC_ORM].setdefault(place.number, why)

    def _spread(
        self, kind: str, over: Iterable[str], fits: Callable[[Edge], bool]
    ) -> dict[int, Why]:
        found = dict(self._direct[kind])
        waiting = deque(found)
        while waiting:
            number = waiting.popleft()
            for edge in self.graph.into.get(number, ()):
                source = edge.source
                if source is None or source.number in found or edge.kind not in over:
                    continue
                if fits(edge):
                    found[source.number] = found[number]
                    waiting.append(source.number)
        return found


def _on_this_thread(edge: Edge) -> bool:
    function = edge.target.function
    plain = not function.is_async and not function.is_generator
    return plain and not edge.call.maybe and not is_bridged(edge.target)
