"""DAL2, DAL4, DAL8, DAL9: what is wrong with one server, one clock or one version."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Entered, Use
from django_async_lint.project.around import SLEEPS
from django_async_lint.project.graph import BRIDGED, COROUTINE
from django_async_lint.project.orm import SYNC
from django_async_lint.reading import names
from django_async_lint.reading.queries import AITERATOR
from django_async_lint.rules.queueing import queues
from django_async_lint.rules.rule import At, Problem, Rule, problem


class DryByDefault(Rule):
    """`set_rollback` with a parameter that is true by itself."""

    code = "DAL211"
    name = "a dry run by default"
    default = False
    why = "who does not say otherwise writes nothing, and is told nothing"
    instead = "let the default be False"
    good = "missing-one-transaction"
    finds = ("missing-rollback",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.name != "django.db.transaction.set_rollback" or at.function is None:
            return
        for one in call.arguments:
            if at.function.defaults.get(one.spelled) == "True":
                yield problem(call, f"{one.spelled} is True by default")


class QueuedOnALoop(Rule):
    """A task that is queued on the loop's own thread."""

    code = "DAL408"
    name = "a task queued on the loop"
    default = False
    why = "the broker is asked by a blocking call: nobody else is served meanwhile"
    instead = "await sync_to_async(task.delay)(…)"
    good = "queued-in-a-thread-broker-away"
    finds = ("queued-on-the-loop-broker-away",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if at.on_a_loop and call.usage != "await" and call.handed_to != "bridge":
            what = queues(call, at.project, at)
            if what in ("delay()", "apply_async()"):
                yield problem(call, f"{what} in an async def")


class AllRowsAtOnce(Rule):
    """`async for` over a queryset."""

    code = "DAL409"
    name = "async for over a queryset"
    default = False
    why = "it reads all rows into memory before the first round"
    instead = "async for row in rows.aiterator(chunk_size=…)"
    good = "rows-a-few-at-a-time"
    finds = ("rows-all-at-once",)

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        # A comprehension wants all rows in a list anyway.
        loop = use.how == "async iterate" and use.detail == "for"
        query = use.value.kind == "query" and AITERATOR not in use.value.asked
        if loop and query and at.project.orm.exists(use.value, at.module):
            yield problem(use, "all rows at once")


class FrozenLoop(Rule):
    """A loop that sleeps while its clock stands still."""

    code = "DAL809"
    name = "frozen time around a loop that sleeps"
    why = "the loop waits for its own clock, which stands still: the test hangs"
    instead = "freeze_time(…, real_asyncio=True)"
    good = "test-clock-frozen-not-the-loops"
    finds = ("test-clock-frozen",)

    def enter(self, entered: Entered, at: At) -> Iterator[Problem]:
        """Look at a `with`."""
        if entered.value.name != "freezegun.freeze_time" or not at.on_a_loop:
            return
        inside = [
            call
            for call in at.module.calls
            if call.function == entered.function
            and entered.line <= call.line <= entered.last
        ]
        for call in inside:
            if call.name == entered.value.name and call.argument("real_asyncio"):
                return
        for call in inside:
            for edge in at.project.graph.by_call.get(id(call), ()):
                why = at.project.effects.has(edge.target, SLEEPS)
                if why is not None:
                    yield problem(entered, f"below it runs {why}")
                    return


class OneReceiverForAll(Rule):
    """`asend`, whose receivers end with the first that fails."""

    code = "DAL911"
    name = "asend() to several receivers"
    default = False
    why = "from Django 6.1 on, the first receiver that fails cancels the others"
    instead = "asend_robust(…), and look at what it returns"
    good = "signal-sent-robust"
    finds = ("signal-sent",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        owner, _, method = call.name.rpartition(".")
        if method != "asend" or not owner:
            return
        value = at.project.index.value(owner, at.module)
        if value is not None and value.name.endswith(".Signal"):
            yield problem(call, f"{owner.rpartition('.')[2]}.asend()")


class WritesAroundABridge(Rule):
    """A sync view that writes, bridges, and writes again."""

    code = "DAL912"
    name = "writes before and after a bridge in a view"
    default = False
    why = "under ASGI the bridge ends the view when the client leaves: half is written"
    instead = "bridge first, then write all of it in one transaction"
    good = "sync-view-network-only"
    finds = (
        "sync-view-bridge-cancelled",
        "sync-view-async-to-sync-cancelled",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if at.on_a_loop or call.atomic or call.handed_to == "asyncio.run":
            return
        kinds = {edge.kind for edge in at.project.graph.by_call.get(id(call), ())}
        if not kinds & {BRIDGED, COROUTINE} or not at.why("view"):
            return
        writes = [one.line for one in at.module.calls if _writes(one, call, at)]
        if writes and min(writes) < call.line < max(writes):
            yield problem(
                call, f"between the writes of {min(writes)} and {max(writes)}"
            )


def _writes(one: Call, call: Call, at: At) -> bool:
    own = one.function == call.function and one.method in names.WRITES
    return own and at.project.orm.asks(one, at.module) == SYNC


RULES = (
    DryByDefault,
    QueuedOnALoop,
    AllRowsAtOnce,
    FrozenLoop,
    OneReceiverForAll,
    WritesAroundABridge,
)
