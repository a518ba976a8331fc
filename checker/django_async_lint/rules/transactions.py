"""DAL2: transactions in and around coroutines."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Entered, Function
from django_async_lint.project.index import Place
from django_async_lint.project.orm import function_of
from django_async_lint.reading import names
from django_async_lint.rules.rule import At, Problem, Rule, problem

ON_COMMIT = "django.db.transaction.on_commit"
SYNC_PART = "put the writes in one sync function with atomic, and await sync_to_async"


class AtomicOnAsyncDef(Rule):
    """`@atomic` on a coroutine function."""

    code = "DAL201"
    name = "@atomic on async def"
    why = "the transaction ends before the coroutine begins: nothing is rolled back"
    instead = SYNC_PART
    good = "atomic-in-sync-function"
    finds = (
        "atomic-on-async-def",
        "atomic-on-async-def-awaited",
    )

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        if function.is_async and not function.is_generator:
            for one in function.decorators:
                if one.name in names.ATOMIC:
                    what = f"@atomic on async def {function.short}"
                    yield Problem(one.line, function.column, function.line, what)


class AtomicInACoroutine(Rule):
    """`with atomic()` or `async with atomic()` in a coroutine."""

    code = "DAL202"
    name = "atomic in a coroutine"
    why = (
        "a transaction belongs to one thread's connection and the loop's thread may "
        "not use it: it raises, or others' writes fall into it"
    )
    instead = SYNC_PART
    good = "atomic-in-sync-function"
    finds = (
        "atomic-in-coroutine",
        "async-with-atomic",
        "allow-async-unsafe",
        "allow-async-unsafe-alone",
        "atomic-of-ones-own",
        "atomic-in-async-view",
    )

    def enter(self, entered: Entered, at: At) -> Iterator[Problem]:
        """Look at a `with`."""
        if at.on_a_loop and entered.value.name in names.ATOMIC:
            spelled = "async with" if entered.is_async else "with"
            yield problem(entered, f"{spelled} atomic() in an async def")

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call: an `__enter__` of atomic that is sent to a thread."""
        value = call.receiver
        if not at.on_a_loop or value is None or value.kind != "bridge":
            return
        inner = value.inner
        if inner is None or not inner.name.endswith("__enter__"):
            return
        owner = at.project.index.value(inner.name.rpartition(".")[0], at.module)
        if owner is not None and owner.name in names.ATOMIC:
            yield problem(call, "atomic's __enter__ sent to a thread")


class OnCommitInACoroutine(Rule):
    """`on_commit` on the loop's own thread."""

    code = "DAL203"
    name = "on_commit in a coroutine"
    why = "it asks the loop's connection, not the one that writes: it raises"
    instead = "call it in the sync function that has the transaction"
    good = "on-commit-with-a-bridge"
    finds = ("on-commit-in-the-shell",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if at.on_a_loop and call.name == ON_COMMIT:
            yield problem(call, "on_commit() in an async def")


class OnCommitOfACoroutine(Rule):
    """A coroutine function as the callback of `on_commit`."""

    code = "DAL204"
    name = "an async callback of on_commit"
    why = "it is called, never awaited, and does nothing"
    instead = "hand over a sync function that bridges: partial(async_to_sync(f), pk)"
    good = "on-commit-with-a-bridge"
    finds = ("on-commit-with-an-async-function",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.name != ON_COMMIT or call.first is None:
            return
        place = function_of(call.first, at.project.index, at.module)
        if place is None:
            return
        if place.function.is_async:
            yield problem(call, f"on_commit() with async def {place.function.short}")
        elif place.function.is_lambda and call.first.inner is not None:
            inner = function_of(call.first.inner, at.project.index, at.module)
            result = call.first.inner.kind == "result"
            if inner is not None and inner.function.is_async and result:
                yield problem(call, f"on_commit() drops {inner.function.short}()")


class OnCommitInALoop(Rule):
    """A callback that captures the variable of the loop around it."""

    code = "DAL205"
    name = "a callback that captures a loop variable"
    why = "all callbacks run after the loop, and see its last value"
    instead = "bind it now: partial(f, pk)"
    good = "on-commit-each-its-own"
    finds = ("on-commit-the-last-one",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.name != ON_COMMIT or not call.loops:
            return
        place = function_of(call.first, at.project.index, at.module)
        if place is None or place.module is not at.module:
            return
        free = [n for n in place.function.free if n in call.loops]
        inside = _is_of(place, call.function)
        if free and inside:
            yield problem(call, f"on_commit() with a function that reads {free[0]}")


def _is_of(place: Place, function: int) -> bool:
    return place.function.parent == function or place.function.is_lambda


class LockInACoroutine(Rule):
    """`select_for_update()` that is asked from a coroutine."""

    code = "DAL206"
    name = "select_for_update in a coroutine"
    why = "a coroutine has no transaction, and the query raises without one"
    instead = SYNC_PART
    good = "lock-in-a-function"
    finds = ("lock-in-a-coroutine",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        value = call.receiver
        locked = value is not None and value.kind == "query" and value.locked
        if locked and at.on_a_loop and call.method in names.ASYNC_ASKS:
            yield problem(call, f"select_for_update() asked by {call.method}()")


class HookInACoroutine(Rule):
    """A cursor, a wrapper or a `close` of the loop's own connection."""

    code = "DAL207"
    name = "the loop's own connection"
    why = "async ORM calls use another thread's connection than the coroutine's own"
    instead = "do it in a sync function, through sync_to_async"
    good = "statements-counted-in-sync"
    finds = (
        "hook-in-a-coroutine",
        "old-connections-closed-elsewhere",
        "cursor-async-with",
        "connection-named-on-the-loop",
    )
    OF_THE_CONNECTION = (
        "django.db.connection.execute_wrapper",
        "django.db.connection.cursor",
        "django.db.connection.close",
        "django.db.connections.close_all",
        "django.db.close_old_connections",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if not at.on_a_loop:
            return
        if call.name in self.OF_THE_CONNECTION:
            short = ".".join(call.name.rsplit(".", 2)[-2:])
            yield problem(call, f"{short.removeprefix('db.')}() in an async def")
        value = call.receiver
        bridge = value.inner if value is not None and value.kind == "bridge" else None
        if bridge is not None and bridge.name in (
            "django.db.connection.close",
            "django.db.connection.cursor",
        ):
            yield problem(
                call, "connection is looked up on the loop, not in the thread"
            )


RULES = (
    AtomicOnAsyncDef,
    AtomicInACoroutine,
    OnCommitInACoroutine,
    OnCommitOfACoroutine,
    OnCommitInALoop,
    LockInACoroutine,
    HookInACoroutine,
)
