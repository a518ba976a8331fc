"""DAL6: what surrounds the code, such as the time zone, and who does not see it."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Function
from django_async_lint.project.around import (
    ACTIVE,
    OVERRIDES,
    READS_CONTEXT,
    SETS_CONTEXT,
    overrides,
)
from django_async_lint.project.contexts import OVERRIDDEN
from django_async_lint.project.entries import TASK
from django_async_lint.project.graph import THREAD, Edge
from django_async_lint.project.index import Model, Place
from django_async_lint.reading.names import BRIDGES
from django_async_lint.rules.rule import At, Problem, Rule, problem

COPYING = frozenset({"asyncio.to_thread", "asyncio.run_coroutine_threadsafe"})
"""What starts a thread's work with a copy of the context."""


def _threads(call: Call, at: At) -> Iterator[Edge]:
    """Yield what a call runs in a thread that asgiref has no part in."""
    for edge in at.project.graph.by_call.get(id(call), ()):
        if edge.kind == THREAD and call.name not in BRIDGES:
            yield edge


class VariableInAThread(Rule):
    """A context variable that is read in a thread of the code's own."""

    code = "DAL608"
    name = "a context variable in a thread of its own"
    why = "the thread begins with an empty context, and reads the default"
    instead = "asyncio.to_thread, or submit(copy_context().run, f)"
    good = "context-for-a-thread"
    finds = ("context-lost-in-a-pool",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        has, known = at.project.effects.has, at.project.effects.of[SETS_CONTEXT]
        for edge in _threads(call, at) if known else ():
            reads = has(edge.target, READS_CONTEXT)
            own = has(edge.target, SETS_CONTEXT)
            if reads and not own and call.name not in COPYING:
                yield problem(call, f"a thread runs {reads}")


class VariableInATask(Rule):
    """A context variable that only the web process sets, read in a task."""

    code = "DAL609"
    name = "a context variable in a task"
    why = "the worker is another process, which nobody told: it reads the default"
    instead = "send it in the message, and set it in task_prerun"
    good = "request-id-in-a-header"
    finds = ("request-id-in-a-worker",)

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        effects = at.project.effects
        if at.place is None or TASK not in at.project.entries.of.get(
            at.place.number, ()
        ):
            return
        reads = effects.has(at.place, READS_CONTEXT)
        if reads is None or effects.has(at.place, SETS_CONTEXT):
            return
        setters = [
            one for one in at.project.index.places if effects.has(one, SETS_CONTEXT)
        ]
        if setters and not any(_of_a_worker(one, at) for one in setters):
            yield problem(function, f"the task {function.short} runs {reads}")


def _of_a_worker(place: Place, at: At) -> bool:
    """Whether a function may be what a worker calls before each task."""
    names = [one.name for one in place.function.decorators]
    if place.function.short in ("__call__", "before_start") and place.function.owner:
        owner = at.project.index.find(place.function.owner, place.module)
        bases = at.project.index.bases(owner) if isinstance(owner, Model) else ()
        return any(str(one).rpartition(".")[2] == "Task" for one in bases)
    connected = [edge.call.name for edge in at.project.graph.into.get(place.number, ())]
    return any("celery" in one or ".connect" in one for one in (*names, *connected))


class ThreadUnderOverride(Rule):
    """A thread that asks for the language or the time zone of who started it."""

    code = "DAL610"
    name = "a thread below override()"
    why = "a thread has a language and a time zone of its own, the project's default"
    instead = "hand them over, and enter override() in the thread"
    good = "pool-with-language"
    finds = (
        "pool-without-language",
        "thread-forgets-timezone",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        has = at.project.effects.has
        for edge in _threads(call, at):
            reads = has(edge.target, ACTIVE)
            if reads is None or has(edge.target, OVERRIDES):
                continue
            found = at.why(OVERRIDDEN)
            inside = any(
                one.function == call.function
                and overrides(one)
                and one.line <= call.line <= one.last
                for one in at.module.entered
            )
            if inside or found:
                yield problem(call, f"a thread runs {reads}")


RULES = (VariableInAThread, VariableInATask, ThreadUnderOverride)
