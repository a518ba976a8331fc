"""DAL3: bridges that are handed the wrong thing."""

from collections.abc import Iterator

from django_async_lint.facts import Call
from django_async_lint.project.orm import function_of
from django_async_lint.reading import names
from django_async_lint.rules.coroutines import certain, coroutine_function
from django_async_lint.rules.rule import At, Problem, Rule, problem
from django_async_lint.values import Value


class FunctionForCoroutine(Rule):
    """A bridge that is handed the wrong one of a function and its coroutine."""

    code = "DAL306"
    name = "a function for a coroutine, or the other way round"
    why = "it raises, or runs the call in the wrong place"
    instead = "sync_to_async(f)(…) and async_to_sync(f)(…) take the function"
    good = "sync-to-async-save"
    finds = (
        "bridge-handed-a-function",
        "async-to-sync-called-too-early",
        "sync-to-async-on-async",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        first = call.first
        if first is None:
            return
        if call.name in names.BRIDGES:
            yield from self._bridged(call, first, at)
        else:
            yield from self._handed(call, first, at)

    def _bridged(self, call: Call, first: Value, at: At) -> Iterator[Problem]:
        short = call.name.rpartition(".")[2]
        if call.name in names.TO_SYNC:
            if coroutine_function(first, at) or first.kind == "coroutine":
                yield problem(call, f"{short}() around a call")
            return
        if first.kind == "coroutine":
            yield problem(call, f"{short}() around a call")
        method = first.name if first.kind == "method" else ""
        place = function_of(first, at.project.index, at.module)
        if method in names.UNMISTAKABLE or (
            first.kind == "name" and certain(place) is not None
        ):
            yield problem(call, f"{short}() around what is async already")

    def _handed(self, call: Call, first: Value, at: At) -> Iterator[Problem]:
        """Look at a helper that takes an awaitable and is handed a function."""
        if first.kind != "name":
            return
        handed = certain(function_of(first, at.project.index, at.module))
        if handed is None:
            return
        if call.name in ("asyncio.run", "asyncio.create_task", "asyncio.wait_for"):
            yield problem(call, f"{handed.function.short} is not called")
            return
        helper = function_of(Value("result", call.name), at.project.index, at.module)
        if helper is None or not helper.function.parameters:
            return
        kind = helper.function.annotations.get(helper.function.parameters[0], "")
        if kind.rpartition(".")[2] in ("Awaitable", "Coroutine"):
            yield problem(call, f"{handed.function.short} is not called")


class SavedTooEarly(Rule):
    """A sync ORM call inside the parentheses of `sync_to_async`."""

    code = "DAL307"
    name = "a call where sync_to_async wants the method"
    why = "the call runs on the loop, before the bridge gets its result"
    instead = "await sync_to_async(order.save)()"
    good = "sync-to-async-save"
    finds = ("save-called-too-early",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.handed_to in names.TO_ASYNC and at.on_a_loop:
            sure = at.project.orm.asks(call, at.module) == "sync"
            if sure or call.method in names.OF_A_ROW:
                yield problem(call, f"{call.method or call.name}() is called here")


RULES = (FunctionForCoroutine, SavedTooEarly)
