"""DAL3: coroutines and bridges that are never awaited, called or told apart."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Oddity, Use
from django_async_lint.project.index import Place
from django_async_lint.project.orm import function_of
from django_async_lint.reading import names
from django_async_lint.rules.rule import At, Problem, Rule, problem
from django_async_lint.values import Value

KEPT = ("close", "send", "throw", "add_done_callback", "cancel", "result", "done")
JUDGES = ("decorators.user_passes_test", "builtins.filter")
"""What asks the answer of the function that it is handed whether it is true."""
PLAIN_DECORATORS = (
    *("builtins.staticmethod", "builtins.classmethod", "functools.wraps"),
    *names.ATOMIC,
    "abc.abstractmethod",
)


def coroutine_function(value: Value | None, at: At) -> Place | None:
    """Return the `async def` whose coroutine a value is, if that is certain."""
    if value is None or value.kind != "result":
        return None
    return certain(function_of(value, at.project.index, at.module))


def certain(place: Place | None) -> Place | None:
    """Return the place if it is surely a coroutine function."""
    if place is None or not place.function.is_async or place.function.is_generator:
        return None
    decorators = [one.name for one in place.function.decorators]
    return place if all(one in PLAIN_DECORATORS for one in decorators) else None


def called(call: Call, at: At) -> Place | None:
    """Return the `async def` that a call calls, if that is certain."""
    found = function_of(Value("result", call.name), at.project.index, at.module)
    return certain(found) if call.name else None


class InACondition(Rule):
    """A coroutine or a bridge that an `if` takes for its answer."""

    code = "DAL301"
    name = "a coroutine in a condition"
    why = "a coroutine is always true: the check lets everybody in"
    instead = "await it"
    good = "check-awaited"
    finds = (
        "async-to-sync-not-called",
        "exists-not-awaited",
        "user-not-awaited",
        "permission-not-awaited",
        "test-is-a-lambda",
        "test-of-who-may",
        "test-tells-of-the-coroutine",
        "ninja-auth-not-awaited",
    )

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        if use.how != "condition":
            return
        value = use.value
        if value.kind in ("coroutine", "bridge"):
            line = value.line or use.line
            said = "a bridge" if value.kind == "bridge" else "a coroutine"
            what = f"{said} of line {line} is asked whether it is true"
            yield Problem(line, use.column, use.end, what)
        else:
            place = coroutine_function(value, at)
            if place is not None:
                yield problem(use, f"{place.function.short}() is not awaited")

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.usage == "condition":
            place = called(call, at)
            if place is not None:
                yield problem(call, f"{place.function.short}() is not awaited")
        asked = call.name.endswith(JUDGES)
        if asked and _gives_one(call.first, at):
            short = call.name.rpartition(".")[2]
            yield problem(call, f"{short}() with a lambda that gives one")
        guard = call.argument("auth")
        if guard is not None and _gives_one(guard.value, at):
            yield problem(call, "auth= with a lambda that gives one")


def _gives_one(value: Value | None, at: At) -> bool:
    """Whether a lambda gives a coroutine, which is no answer."""
    if value is None or value.kind != "lambda" or value.inner is None:
        return False
    inner = value.inner
    return inner.kind == "coroutine" or coroutine_function(inner, at) is not None


class NeverAwaited(Rule):
    """A coroutine that is made and dropped."""

    code = "DAL302"
    name = "a coroutine that is never awaited"
    why = "nothing of it runs, and at most a warning says so"
    instead = "await it, or call its bridge: async_to_sync(f)(…)"
    good = "asave-in-coroutine"
    finds = (
        "coroutine-dropped",
        "forgotten-await",
        "sync-to-async-on-async",
        "missing-await",
    )

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        if use.how != "statement":
            return
        if use.value.kind == "coroutine":
            yield problem(use, "the coroutine is dropped")
        else:
            yield problem(use, "the bridge is made and not called")

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        place = called(call, at) if call.usage == "statement" else None
        if place is not None:
            yield problem(call, f"{place.function.short}() is not awaited")


class BeforeTheAwait(Rule):
    """An attribute or an item of a coroutine, before it is awaited."""

    code = "DAL304"
    name = "an attribute before the await"
    why = "it is asked of the coroutine, which has none: it raises"
    instead = "put the await into parentheses"
    good = "await-each-step"
    finds = ("await-without-parentheses",)

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        of_a_coroutine = use.how == "attribute" and use.value.kind == "coroutine"
        its_own = use.detail in KEPT or use.detail.startswith("cr_")
        if of_a_coroutine and not its_own:
            yield problem(use, f".{use.detail} of a coroutine")


class AwaitOfNone(Rule):
    """`await` where it cannot be, or of what cannot be awaited."""

    code = "DAL305"
    name = "an await that cannot be"
    why = "it raises, or does not even compile"
    instead = "await the async method; bridge from a sync function"
    good = "await-each-step"
    finds = (
        "await-in-sync-handle",
        "save-called-too-early",
        "await-a-queryset",
        "stream-iterator",
        "view-iterator",
    )

    def odd(self, oddity: Oddity, at: At) -> Iterator[Problem]:
        """Look at what is odd by itself."""
        if oddity.what == "await in a sync function":
            yield problem(oddity, "await in a sync function")

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        value = use.value
        models = at.project.models
        if (use.how, value.kind) == ("await", "bridge"):
            yield problem(use, "await of a bridge that was not called")
        elif (use.how, value.kind) == ("await", "query"):
            sure = models.is_model(value.name, at.module)
            yield from [problem(use, "await of a queryset")] if sure else ()
        elif (use.how, value.kind) == ("async iterate", "iterator"):
            likely = models.may_be(value.name, at.module)
            yield from [problem(use, "async for over .iterator()")] if likely else ()


class TaskDropped(Rule):
    """A task that nobody keeps."""

    code = "DAL308"
    name = "a task that nobody keeps"
    why = (
        "the loop holds tasks weakly and ends without them: it can vanish half way, "
        "and its exception is never seen"
    )
    instead = "await it, or use an asyncio.TaskGroup"
    good = "script-awaits-its-tasks"
    finds = (
        "missing-create-task",
        "script-drops-its-tasks",
        "create-task-outlives",
        "task-collected",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        short = call.name in ("asyncio.create_task", "asyncio.ensure_future")
        loop = call.receiver is not None and call.receiver.kind == "loop"
        made = short or (loop and call.method == "create_task")
        if made and call.usage == "statement" and at.on_a_loop:
            yield problem(call, "create_task() and its result is dropped")


RULES = (
    InACondition,
    NeverAwaited,
    BeforeTheAwait,
    AwaitOfNone,
    TaskDropped,
)
