"""DAL1: `asyncio.run` and hand-made loops around the ORM."""

from collections.abc import Iterator

from django_async_lint.facts import Call
from django_async_lint.project.contexts import (
    ATOMIC,
    UNDER_A_LOOP,
)
from django_async_lint.project.effects import ORM, Why
from django_async_lint.project.entries import (
    COMMAND,
    RECEIVER,
    ROLLED_BACK,
    TASK,
    TEST,
    VIEW,
)
from django_async_lint.project.graph import RUNNERS, Edge
from django_async_lint.reading import names
from django_async_lint.reading.scope import MODULE
from django_async_lint.rules.rule import At, Problem, Rule, problem

KNOWN = (ATOMIC, UNDER_A_LOOP, TASK, VIEW, RECEIVER, COMMAND, TEST, ROLLED_BACK)
WORDS = {
    ATOMIC: "inside the transaction of",
    UNDER_A_LOOP: "below the loop of",
    TASK: "in the task",
    VIEW: "in the view",
    RECEIVER: "in the receiver",
    COMMAND: "in the command's",
    TEST: "in the test",
    ROLLED_BACK: "in the test",
}


def orm_on_another_loop(call: Call, at: At) -> Why | None:
    """Return what ORM work a call runs on a loop of its own, if it does."""
    project = at.project
    name = call.name or f".{call.method}"
    if not project.graph.runs_on_another_loop(name, at.module):
        return None
    inner = [c for c in _calls_on(call, at) if c is not call]
    for one in inner:
        for edge in project.graph.by_call.get(id(one), ()):
            why = _reaches_orm(edge, at)
            if why:
                return why
        if project.orm.asks(one, at.module):
            return Why(at.module.path, one.line, f"{one.method or one.name}()")
    return None


def _reaches_orm(edge: Edge, at: At) -> Why | None:
    return at.project.effects.has(edge.target, ORM)


def _calls_on(call: Call, at: At) -> Iterator[Call]:
    """Yield the calls among the arguments of a call."""
    name = call.name or f".{call.method}"
    for one in at.module.calls:
        inside = one.function == call.function and call.line <= one.line <= call.end
        handed = one.handed_to in (name, "bridge") or one.receiver is not None
        if inside and handed:
            yield one


class RunInContext(Rule):
    """`asyncio.run` and the like, where somebody else's transaction may be open."""

    code = "DAL101"
    name = "a loop of its own around the ORM"
    why = (
        "the ORM then uses another connection: it misses uncommitted rows, writes past "
        "a rollback, and can wait for its own caller"
    )
    instead = "bridge with async_to_sync(f)(…), which keeps thread and connection"
    good = "run-async-rollback"
    finds = (
        "asyncio-run-below-a-sync-middleware",
        "asyncio-run-below-a-bridge",
        "older-helper-rollback",
        "loop-below-a-loop",
        "loop-in-a-service-of-a-view",
        "asyncio-run-autocommit",
        "new-loop-autocommit",
        "asyncio-run-uncommitted",
        "new-loop-uncommitted",
        "asyncio-run-updates-nothing",
        "asyncio-run-saves-the-object",
        "asyncio-run-rollback",
        "asyncio-run-rollback-after-a-read",
        "new-loop-rollback",
        "asyncio-run-on-commit",
        "asyncio-run-lock",
        "new-loop-lock",
        "asyncio-run-child-of-a-locked-row",
        "new-loop-drops-task",
        "missing-other-connection",
        "missing-asyncio-run",
        "receiver-asyncio-run",
        "task-asyncio-run",
        "task-asyncio-run-escapes",
        "task-asyncio-run-loses",
        "task-asyncio-run-lock",
        "task-after-fork",
        "task-threads-serial",
        "task-gevent-orm-below-run",
        "task-connection-kept",
        "task-connection-kept-in-atomic",
        "test-capture-asyncio-run",
        "test-asyncio-run",
        "test-next-test",
        "test-class-is-named",
        "test-row-invisible",
        "test-lock",
        "test-dropped",
        "child-of-uncommitted-row",
        "note-stays",
        "asyncio-run-in-a-sync-view",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if at.on_a_loop or at.place is None:
            return
        why = orm_on_another_loop(call, at)
        context = "atomic block" if call.atomic else None
        found = at.why(*KNOWN)
        if why and (context or found):
            where = f"{WORDS[found[0]]} {found[1]}" if found else ""
            where = "inside an atomic block" if context else where
            yield problem(call, f"{_said(call)} {where} runs {why}")


class RunAnywhere(Rule):
    """`asyncio.run` around the ORM where nobody is seen to call it."""

    code = "DAL102"
    name = "a loop of its own around the ORM, anywhere"
    default = False
    why = "the ORM then uses another connection, and leaves it open"
    instead = RunInContext.instead
    good = "run-async-rollback"
    finds = (
        "async-main-async-orm",
        "bridge-timeout-outside",
        "asyncio-run-takes-the-loop-away",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if at.on_a_loop or (not call.atomic and at.why(*KNOWN)) or call.atomic:
            return
        why = orm_on_another_loop(call, at)
        if why and (at.place is not None or call.function != MODULE):
            yield problem(call, f"{_said(call)} runs {why}")


class RunAtImport(Rule):
    """A loop that runs while a module is imported."""

    code = "DAL103"
    name = "a loop at import"
    why = (
        "it uses asgiref's thread before a worker forks, and after the fork the next "
        "ORM call waits for ever"
    )
    instead = "run it in the function that needs it"
    good = "task-orm-first"
    finds = ("task-after-fork",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.function == MODULE and orm_on_another_loop(call, at):
            yield problem(call, f"{_said(call)} runs ORM work at import")


class BridgeOnALoop(Rule):
    """A bridge to async code where a loop runs already."""

    code = "DAL104"
    name = "a bridge on a running loop"
    why = "it raises RuntimeError, because this thread already runs a loop"
    instead = "await the coroutine"
    good = "await-on-the-loop"
    finds = (
        "async-to-sync-on-the-loop",
        "asyncio-run-on-the-loop",
        "same-loop-again",
        "another-loop-inside",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if not at.on_a_loop or call.handed_to in names.BRIDGES:
            return
        value = call.receiver
        bridged = value is not None and value.kind == "bridge"
        if bridged and value is not None and value.name in names.TO_SYNC:
            yield problem(call, "async_to_sync(…)() in an async def")
        elif call.name in RUNNERS and call.arguments:
            yield problem(call, f"{_said(call)} in an async def")
        elif call.method == "run_until_complete" and value and value.kind == "loop":
            yield problem(call, ".run_until_complete() in an async def")


def _said(call: Call) -> str:
    short = ".".join((call.name or f".{call.method}").rsplit(".", 2)[-2:])
    return f"{short}()"


RULES = (
    RunInContext,
    RunAnywhere,
    RunAtImport,
    BridgeOnALoop,
)
