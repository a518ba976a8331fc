"""DAL6: what is kept longer than the coroutine or the request it belongs to."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Function, Use
from django_async_lint.project.index import Place
from django_async_lint.rules.rule import At, Problem, Rule, problem

CACHES = frozenset({"functools.cache", "functools.lru_cache"})
PROPERTIES = frozenset(
    {"functools.cached_property", "django.utils.functional.cached_property"}
)


class CachedCoroutine(Rule):
    """A cache around a coroutine function."""

    code = "DAL604"
    name = "a cache around a coroutine"
    why = "it keeps the coroutine, which can be awaited once: the second time raises"
    instead = "cache what it gives, in the coroutine"
    good = "answer-kept"
    finds = (
        "cache-on-async-def",
        "cached-property-on-async",
        "cache-aget-or-set",
    )

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        for one in function.decorators if function.is_async else ():
            if one.name in CACHES | PROPERTIES:
                short = one.name.rpartition(".")[2]
                what = f"@{short} on async def {function.short}"
                yield Problem(one.line, function.column, function.line, what)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if not call.name.endswith("cache.aget_or_set") or len(call.arguments) < 2:
            return
        value = call.arguments[1].value
        found = at.project.index.find(value.name, at.module) if value else None
        if isinstance(found, Place) and found.function.is_async:
            yield problem(call, f"aget_or_set() with async def {found.function.short}")


class ThreadLocal(Rule):
    """`threading.local` that a coroutine writes to."""

    code = "DAL605"
    name = "a threading.local that a coroutine sets"
    why = "all requests of a loop share its thread: one reads what another has set"
    instead = "use a contextvars.ContextVar"
    good = "user-in-a-context-variable"
    finds = ("user-in-a-thread-local",)

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        if use.how != "attribute set" or not at.on_a_loop:
            return
        value = at.project.index.value(use.value.name, at.module)
        if value is not None and value.name == "threading.local":
            short = use.value.name.rpartition(".")[2]
            yield problem(use, f"{short}.{use.detail} is set in an async def")


class ActivatedForGood(Rule):
    """A time zone or a language that is set and not taken back."""

    code = "DAL606"
    name = "activate() without an end"
    default = False
    why = "it stays for the caller of the bridge, or for the thread's next request"
    instead = "with timezone.override(…)"
    good = "bridge-timezone-override"
    finds = (
        "bridge-timezone-activate",
        "pool-keeps-language",
        "timezone-for-good",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.name in (
            "django.utils.timezone.activate",
            "django.utils.translation.activate",
        ):
            short = ".".join(call.name.rsplit(".", 2)[-2:])
            if not _taken_back(at):
                yield problem(call, f"{short}() without deactivate()")


def _taken_back(at: At) -> bool:
    return any(
        "deactivate" in c.name or c.method == "deactivate" for c in at.module.calls
    )


RULES = (CachedCoroutine, ThreadLocal, ActivatedForGood)
