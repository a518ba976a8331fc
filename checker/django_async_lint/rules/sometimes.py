"""DAL9: what is wrong only sometimes, on request."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Function, Use
from django_async_lint.project.contexts import UNDER_A_BRIDGE
from django_async_lint.project.effects import ORM
from django_async_lint.project.orm import ASYNC, function_of
from django_async_lint.reading import names
from django_async_lint.rules.rule import At, Problem, Rule, problem

STREAMS = ("django.http.StreamingHttpResponse",)


class ReadThenWrite(Rule):
    """A row that is changed in memory across an `await`."""

    code = "DAL901"
    name = "read, awaited, written"
    default = False
    why = "another task can write between the read and the save, and is overwritten"
    instead = "F() in one aupdate(), or a sync function with select_for_update"
    good = "incremented-in-one-statement"
    finds = (
        "json-overwritten",
        "twin-without-the-lock",
        "incremented-across-an-await",
    )

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        changed = use.how in ("augmented", "item set") and use.value.kind == "row"
        if changed and at.on_a_loop and not use.value.locked:
            saves = any(
                c.function == use.function and c.method == "asave" and c.line > use.line
                for c in at.module.calls
            )
            if saves:
                yield problem(use, "a field is changed in memory and saved later")


class GatheredOrm(Rule):
    """`gather` over coroutines that ask the database."""

    code = "DAL902"
    name = "gather over ORM calls"
    default = False
    why = "they share one thread and one connection, and run one after the other"
    instead = "gather the network calls, then write in one statement"
    good = "gather-the-network"
    finds = (
        "gather-over-orm",
        "gather-in-a-view",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.handed_to != "asyncio.gather" or not at.on_a_loop:
            return
        place = function_of(call.receiver, at.project.index, at.module)
        for edge in at.project.graph.by_call.get(id(call), ()):
            place = edge.target
        why = at.project.effects.has(place, ORM) if place else None
        direct = at.project.orm.asks(call, at.module) == ASYNC
        if why or direct:
            yield problem(call, f"gathered: {why or call.method}")


class TimedOrm(Rule):
    """A time-out around an ORM call."""

    code = "DAL903"
    name = "a time-out around the ORM"
    default = False
    why = "it ends the waiting, not the statement, which is still carried out"
    instead = "put the time-out around the network call only"
    good = "timeout-around-the-network"
    finds = ("timeout-around-the-orm",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if not call.timed or not at.on_a_loop:
            return
        bridged = call.receiver is not None and call.receiver.kind == "bridge"
        reaches = any(
            at.project.effects.has(edge.target, ORM)
            for edge in at.project.graph.by_call.get(id(call), ())
        )
        if bridged and reaches:
            yield problem(call, "ORM work inside a time-out")


class StreamOfTheOtherKind(Rule):
    """A stream of the other kind than the server."""

    code = "DAL904"
    name = "a generator that one kind of server collects first"
    default = False
    why = "ASGI collects a sync generator before it answers, WSGI an async one"
    instead = "an async generator under ASGI, a sync one under WSGI"
    good = "stream-async"
    finds = (
        "stream-sync-under-asgi",
        "stream-async-under-wsgi",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.name not in STREAMS:
            return
        place = function_of(call.first, at.project.index, at.module)
        if place is not None and place.function.is_generator:
            kind = "an async" if place.function.is_async else "a sync"
            yield problem(call, f"a stream of {kind} generator")


class WritesApart(Rule):
    """An async view that writes twice, with an `await` between."""

    code = "DAL905"
    name = "two writes in an async view"
    default = False
    why = "a client that leaves, or an exception, can end it between the two"
    instead = "one sync function with atomic, through sync_to_async"
    good = "steps-in-one-function"
    finds = (
        "steps-awaited-apart",
        "view-without-atomic",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if not at.on_a_loop or at.why(UNDER_A_BRIDGE) or not at.why("view"):
            return
        if not _writes(call, at):
            return
        before = [
            one
            for one in at.module.calls
            if one.function == call.function and one.line < call.line
        ]
        if any(_writes(one, at) for one in before):
            yield problem(call, "a second write")


class TaskOutlivesItsRequest(Rule):
    """A task that a view starts and answers without."""

    code = "DAL906"
    name = "a task that outlives its request"
    default = False
    why = "it ends with the server, in the middle of its work"
    instead = "queue a task for a worker"
    good = "awaited-before-answer"
    finds = ("create-task-and-answer",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        made = call.name in ("asyncio.create_task", "asyncio.ensure_future")
        view = at.place is not None and at.place.number in at.project.entries.routed
        gathered = call.handed_to.startswith("asyncio.")
        if made and view and call.usage == "argument" and not gathered:
            yield problem(call, "create_task() in a view")


class ResultsDropped(Rule):
    """`gather(return_exceptions=True)`, and nobody looks."""

    code = "DAL907"
    name = "gathered exceptions that nobody looks at"
    default = False
    why = "an exception is returned like a result, and is dropped with it"
    instead = "look at each result, or leave return_exceptions out"
    good = "one-bridge-many-calls"
    finds = ("missing-gather",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        kept = call.argument("return_exceptions")
        quiet = kept is not None and kept.constant == "True"
        dropped = call.usage == "await" and call.dropped
        if call.name == "asyncio.gather" and quiet and dropped:
            yield problem(call, "the results of gather() are dropped")


class ConnectionsKept(Rule):
    """`CONN_MAX_AGE` in a project with async views."""

    code = "DAL908"
    name = "CONN_MAX_AGE with async views"
    default = False
    why = "under ASGI a connection is kept that no later request uses"
    instead = "CONN_MAX_AGE = 0, and a pool in OPTIONS"
    good = "async-view"
    finds = ("persistent-connections",)

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        place = at.place
        if place is None or place.number not in at.project.entries.routed:
            return
        kept = at.project.settings.get("CONN_MAX_AGE", "0") not in ("0", "?")
        if function.is_async and kept and at.project.effects.has(place, ORM):
            yield problem(function, f"async def {function.short}")


def _writes(call: Call, at: At) -> bool:
    if call.method in names.WRITES and at.project.orm.asks(call, at.module) == ASYNC:
        return True
    bridged = call.receiver is not None and call.receiver.kind == "bridge"
    return bridged and any(
        at.project.effects.has(edge.target, ORM)
        for edge in at.project.graph.by_call.get(id(call), ())
    )


RULES = (
    ReadThenWrite,
    GatheredOrm,
    TimedOrm,
    StreamOfTheOtherKind,
    WritesApart,
    TaskOutlivesItsRequest,
    ResultsDropped,
    ConnectionsKept,
)
