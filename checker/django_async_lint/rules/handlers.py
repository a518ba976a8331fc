"""DAL1, DAL2, DAL7, DAL9: an `except` that hears too little or too much."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Handler
from django_async_lint.project.contexts import RETRIED, UNDER_A_BRIDGE
from django_async_lint.project.graph import SAME
from django_async_lint.project.index import Place
from django_async_lint.project.orm import SYNC
from django_async_lint.reading import names
from django_async_lint.rules.rule import At, Problem, Rule, problem

BROAD = frozenset({"", "builtins.Exception", "builtins.BaseException"})
OF_THE_DATABASE = frozenset(
    ["IntegrityError", "DatabaseError", "DataError", "OperationalError", "Error"]
)
SOFT_LIMIT = "SoftTimeLimitExceeded"


def _guarded(handler: Handler, at: At) -> list[Call]:
    """Return the calls that are made below the `try`."""
    return [
        call
        for call in at.module.calls
        if call.function == handler.function
        and handler.first <= call.line <= handler.until
    ]


class CtrlCAtABridge(Rule):
    """`except KeyboardInterrupt` around `async_to_sync`."""

    code = "DAL108"
    name = "Ctrl-C at async_to_sync"
    why = "it ends the caller, not the coroutine, which goes on in its thread"
    instead = "a bridge that cancels its coroutine, such as the guide's run_async"
    good = "ctrl-c-in-run-async"
    finds = ("ctrl-c-in-a-bridge",)

    def handle(self, handler: Handler, at: At) -> Iterator[Problem]:
        """Look at an `except`."""
        if at.on_a_loop or "builtins.KeyboardInterrupt" not in handler.catches:
            return
        for call in _guarded(handler, at):
            value = call.receiver
            if value and value.kind == "bridge" and value.name in names.TO_SYNC:
                yield problem(call, "async_to_sync under except KeyboardInterrupt")


class RetrySwallowed(Rule):
    """What a task would be retried for, caught and only logged."""

    code = "DAL709"
    name = "an exception that the task would retry on, swallowed"
    why = "the task ends as if it had worked, and autoretry_for never sees it"
    instead = "let it through, or raise again"
    good = "task-retry"
    finds = (
        "task-swallowed",
        "missing-swallowed",
    )

    def handle(self, handler: Handler, at: At) -> Iterator[Problem]:
        """Look at an `except`."""
        found = at.why(RETRIED)
        if found is None or handler.raises or not handler.quiet:
            return
        retried = {*found[1].split(",")}
        # Far away from the task it may be about something else.
        near = _has_a_retried_task(at) and not retried & {*handler.siblings}
        if near and (retried | BROAD) & {*handler.catches}:
            short = ", ".join(one.rpartition(".")[2] for one in sorted(retried))
            yield problem(handler, f"autoretry_for {short} never sees what is caught")


def _has_a_retried_task(at: At) -> bool:
    return any(
        argument.keyword == "autoretry_for"
        for function in at.module.functions
        for one in function.decorators
        for argument in one.constants
    )


class LimitSwallowed(Rule):
    """`except Exception` in a task with a soft time limit."""

    code = "DAL710"
    name = "a soft time limit, swallowed"
    default = False
    why = "the limit is an exception too: the task goes on, or ends as if it had worked"
    instead = "let SoftTimeLimitExceeded through"
    good = "missing-limit-retry"
    finds = ("missing-limit",)

    def handle(self, handler: Handler, at: At) -> Iterator[Problem]:
        """Look at an `except`."""
        if at.function is None or handler.raises or not BROAD & {*handler.catches}:
            return
        limits = {a.keyword for one in at.function.decorators for a in one.constants}
        before = {one.rpartition(".")[2] for one in handler.siblings}
        if "soft_time_limit" in limits and SOFT_LIMIT not in before:
            yield problem(handler, f"{at.function.short}() has a soft_time_limit")


class OneSavepointForAll(Rule):
    """Rows written in one savepoint, and its exception passed over."""

    code = "DAL208"
    name = "one savepoint for all rows, and its error passed over"
    why = "the first row that fails takes back all that were written before it"
    instead = "a savepoint for each row, inside the loop"
    good = "savepoint-for-each-child"
    finds = (
        "savepoint-for-all-children",
        "missing-savepoint",
    )

    def handle(self, handler: Handler, at: At) -> Iterator[Problem]:
        """Look at an `except`."""
        shorts = {one.rpartition(".")[2] for one in handler.catches}
        if not handler.quiet or not (
            OF_THE_DATABASE & shorts or BROAD & {*handler.catches}
        ):
            return
        for entered in at.module.entered:
            own = entered.function == handler.function
            inside = handler.first <= entered.line <= handler.until
            if not own or not inside or entered.value.name not in names.ATOMIC:
                continue
            for call in _guarded(handler, at):
                if call.atomic == entered.line and _many(call, entered.loops, at):
                    yield problem(handler, f"the savepoint of line {entered.line}")
                    break


def _many(call: Call, around: int, at: At) -> bool:
    """Whether a call writes rows in a loop, itself or in what it calls."""
    if _writes(call, at):
        return len(call.loops) > around
    edges = at.project.graph.by_call.get(id(call), ())
    return any(edge.kind == SAME and _in_a_loop(edge.target, at) for edge in edges)


def _writes(call: Call, at: At) -> bool:
    return call.method in names.WRITES and at.project.orm.asks(call, at.module) == SYNC


def _in_a_loop(place: Place, at: At) -> bool:
    there = At(at.project, place.module, place, place.index)
    return any(
        call.function == place.index and call.loops and _writes(call, there)
        for call in place.module.calls
    )


class CancelledUnheard(Rule):
    """`except Exception` that tidies up in an async view."""

    code = "DAL909"
    name = "except Exception that does not see the client leave"
    default = False
    why = "CancelledError is no Exception: what the handler writes is not written"
    instead = "catch asyncio.CancelledError too, or use finally"
    good = "cancelled-error-caught"
    finds = ("except-exception",)

    def handle(self, handler: Handler, at: At) -> Iterator[Problem]:
        """Look at an `except`."""
        if not at.on_a_loop or at.why(UNDER_A_BRIDGE) or not at.why("view"):
            return
        heard = {one.rpartition(".")[2] for one in handler.siblings}
        broad = "builtins.Exception" in handler.catches and handler.raises
        if not broad or handler.cleans or "CancelledError" in heard:
            return
        for call in at.module.calls:
            inside = handler.line <= call.line <= handler.end
            own = call.function == handler.function
            if inside and own and call.method in names.WRITES:
                yield problem(handler, f"{call.method}() is left out")
                return


RULES = (
    CtrlCAtABridge,
    RetrySwallowed,
    LimitSwallowed,
    OneSavepointForAll,
    CancelledUnheard,
)
