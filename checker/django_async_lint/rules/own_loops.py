"""DAL1: loops that are kept or left open, and the check that is switched off."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Oddity
from django_async_lint.rules.rule import At, Problem, Rule, problem


class LoopLeftOpen(Rule):
    """A new event loop that nobody closes."""

    code = "DAL105"
    name = "an event loop that is not closed"
    why = "its file descriptors stay open until it is collected, if it ever is"
    instead = "use asyncio.run() or async_to_sync(), which close theirs"
    good = "loop-closed"
    finds = (
        "loop-not-closed",
        "loop-not-closed-but-current",
        "loops-not-collected",
        "test-loops-left",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.name != "asyncio.new_event_loop" or at.place is None:
            return
        if call.usage != "assign" or at.function is None:
            return
        mine = [c for c in at.module.calls if c.function == call.function]
        runs = any(c.method == "run_until_complete" for c in mine)
        closes = any(c.method in ("close", "stop", "callback") for c in mine)
        given = any(v.kind == "loop" for v in at.function.returns)
        if runs and not closes and not given and not at.function.is_generator:
            yield problem(call, "asyncio.new_event_loop() without close()")


class ClientByLoop(Rule):
    """Something kept by the id of the loop it belongs to."""

    code = "DAL106"
    name = "a cache by id(loop)"
    why = "each bridge has a new loop, so an entry is added for each and none closed"
    instead = "make the client inside the coroutine, with async with"
    good = "client-in-one-bridge"
    finds = ("client-by-loop-id",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        first = call.first
        if call.name == "builtins.id" and first is not None and first.kind == "loop":
            yield problem(call, "id(loop) as a key")


class AsyncUnsafe(Rule):
    """`DJANGO_ALLOW_ASYNC_UNSAFE`."""

    code = "DAL107"
    name = "DJANGO_ALLOW_ASYNC_UNSAFE"
    why = (
        "Django no longer refuses sync ORM calls on a loop: tasks share a transaction, "
        "and can wait for each other for ever"
    )
    instead = "use the async methods, or sync_to_async"
    good = "unsafe-not-needed"
    finds = (
        "allow-async-unsafe",
        "allow-async-unsafe-alone",
    )

    def odd(self, oddity: Oddity, at: At) -> Iterator[Problem]:
        """Look at what is odd by itself."""
        if oddity.what == "async unsafe" and not _is_test(at):
            yield problem(oddity, "DJANGO_ALLOW_ASYNC_UNSAFE is set")

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        sets = call.name in ("os.environ.setdefault", "os.putenv")
        named = [a.constant for a in call.arguments]
        if sets and "'DJANGO_ALLOW_ASYNC_UNSAFE'" in named and not _is_test(at):
            yield problem(call, "DJANGO_ALLOW_ASYNC_UNSAFE is set")


def _is_test(at: At) -> bool:
    path = at.module.path
    return "test" in path or "conftest" in path


RULES = (LoopLeftOpen, ClientByLoop, AsyncUnsafe)
