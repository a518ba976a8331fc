"""DAL7: what is told to others before the commit."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Function
from django_async_lint.project.contexts import is_atomic
from django_async_lint.project.effects import QUEUES, Why
from django_async_lint.project.graph import BRIDGED, COROUTINE, SAME
from django_async_lint.project.index import Place
from django_async_lint.project.project import Project
from django_async_lint.reading.names import QUEUE_IN_THE_DATABASE
from django_async_lint.rules.rule import At, Problem, Rule, problem

CELERY_CALLS = frozenset({"delay", "apply_async"})
DJANGO_CALLS = frozenset({"enqueue", "aenqueue"})
SENDERS = frozenset({"send_task", "group_send"})


def queues(call: Call, project: Project, at: At) -> str:
    """Return what a call queues or tells at once, "" if nothing."""
    method = call.method or call.name.rpartition(".")[2]
    value = call.receiver
    if value is not None and value.kind == "bridge" and value.inner is not None:
        inner = value.inner
        method = inner.name.rpartition(".")[2]
        if method == "group_send":
            return "group_send()"
    if method in SENDERS and call.usage != "called":
        return f"{method}()"
    if method in DJANGO_CALLS and _is_in_the_database(project):
        return ""
    if method in CELERY_CALLS | DJANGO_CALLS and call.name:
        owner = call.name.rpartition(".")[0]
        # One that queues itself goes on with what is no part of the transaction.
        itself = at.function is not None and owner == at.function.name
        task = not itself and is_a_task(owner, method, project, at)
        return f"{method}()" if task else ""
    return f"{method}()" if method == "apply_async" else ""


def is_a_task(owner: str, method: str, project: Project, at: At) -> bool:
    """Whether what is called is a task of this project, as far as that is known."""
    found = project.index.find(owner, at.module)
    if isinstance(found, Place):
        if method in DJANGO_CALLS:
            return found.number in project.entries.django_tasks
        return found.number in project.entries.celery
    outside = found is None and method in CELERY_CALLS
    return outside and "tasks" in owner.split(".")[:-1]


def _is_in_the_database(project: Project) -> bool:
    """Whether Django's tasks are queued in a table, as a part of the transaction."""
    return project.settings.get("TASKS") == QUEUE_IN_THE_DATABASE or project.uses(
        QUEUE_IN_THE_DATABASE
    )


class InATransaction(Rule):
    """A task that is queued, or a group that is told, before the commit."""

    code = "DAL701"
    name = "queued before the commit"
    why = "the worker can begin before the row is there, and a rollback is not undone"
    instead = "transaction.on_commit(partial(task.delay, pk)), or delay_on_commit"
    good = "task-after-commit"
    finds = (
        "enqueued-in-atomic",
        "aenqueued-in-atomic",
        "dummy-in-atomic",
        "worker-before-commit",
        "missing-before-commit",
        "task-before-commit",
        "task-reads-old-status",
        "told-before-commit",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        own = bool(call.atomic) or (at.place is not None and is_atomic(at.place))
        if not own or at.on_a_loop or _is_test(at):
            return
        what = queues(call, at.project, at)
        if what:
            yield problem(call, f"{what} inside a transaction")
            return
        for edge in at.project.graph.by_call.get(id(call), ()):
            if edge.kind in (SAME, COROUTINE, BRIDGED):
                why = queueing(at.project, edge.target)
                if why:
                    short = edge.target.function.short
                    yield problem(call, f"{short}() inside a transaction: {why}")
                    return


def queueing(project: Project, place: Place) -> Why | None:
    """Return why a function queues something at once."""
    if QUEUES not in project.effects.of:
        direct: dict[int, Why] = {}
        for module in project.index.modules:
            for call in module.calls:
                source = project.index.place(module, call.function)
                at = At(project, module, source, call.function)
                if source is None or call.atomic or source.number in direct:
                    continue
                if source.function.is_lambda:
                    continue
                what = queues(call, project, at)
                if what:
                    direct[source.number] = Why(module.path, call.line, what)
        project.effects.queueing(direct)
    return project.effects.has(place, QUEUES)


class UnderAtomicRequests(Rule):
    """A task queued in a view, where ATOMIC_REQUESTS is set."""

    code = "DAL702"
    name = "queued in a view under ATOMIC_REQUESTS"
    why = InATransaction.why
    instead = InATransaction.instead
    good = "view-queues-on-commit"
    finds = ("view-queues-at-once",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if at.place is None or at.place.number not in at.project.entries.routed:
            return
        if at.project.settings.get("ATOMIC_REQUESTS") != "True" or call.atomic:
            return
        free = any(
            "non_atomic" in one.name for one in at.place.function.decorators
        ) or is_atomic(at.place)
        if not free and queues(call, at.project, at):
            yield problem(call, "queued in a view under ATOMIC_REQUESTS")


class AsyncViewUnderAtomicRequests(Rule):
    """An async view where ATOMIC_REQUESTS is set."""

    code = "DAL703"
    name = "an async view under ATOMIC_REQUESTS"
    why = "Django refuses it at the first request"
    instead = "decorate it with transaction.non_atomic_requests"
    good = "view-atomic-function"
    finds = ("atomic-requests",)

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        place = at.place
        if place is None or place.number not in at.project.entries.routed:
            return
        set_ = at.project.settings.get("ATOMIC_REQUESTS") == "True"
        free = any("non_atomic" in one.name for one in function.decorators)
        if function.is_async and set_ and not free and not function.owner:
            yield problem(function, f"async def {function.short}")


def _is_test(at: At) -> bool:
    return "test" in at.module.path.rpartition("/")[2]


RULES = (
    InATransaction,
    UnderAtomicRequests,
    AsyncViewUnderAtomicRequests,
)
