"""DAL7: tasks, how they are written and what they are given."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Function
from django_async_lint.reading.names import TO_SYNC
from django_async_lint.rules.queueing import is_a_task, queues
from django_async_lint.rules.rule import At, Problem, Rule, problem


class AsyncTask(Rule):
    """An `async def` Celery task."""

    code = "DAL704"
    name = "an async Celery task"
    why = "the worker calls it, never awaits it, and reports success"
    instead = "a sync task that bridges: async_to_sync(work)(pk)"
    good = "task-orm-first"
    finds = (
        "task-async-def",
        "task-async-def-result",
    )

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        tasks = at.project.entries.celery
        if function.is_async and at.place is not None and at.place.number in tasks:
            yield problem(function, f"async def {function.short} is a Celery task")


class RowAsArgument(Rule):
    """A model instance as the argument of a task."""

    code = "DAL705"
    name = "a model instance as a task's argument"
    why = "JSON does not take it, and what is pickled is old when the task begins"
    instead = "hand over the primary key"
    good = "task-orm-first-again"
    finds = ("task-object",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.method not in ("delay", "delay_on_commit") or not call.name:
            return
        if not is_a_task(call.name.rpartition(".")[0], "delay", at.project, at):
            return
        if "pickle" in str(sorted(at.project.settings.values())):
            return
        for one in call.arguments:
            value = one.value
            if value is not None and value.kind == "row" and not value.path:
                yield problem(call, f"a row is handed to {call.method}()")


class ResultOfOnCommit(Rule):
    """The result of `delay_on_commit`, which has none."""

    code = "DAL706"
    name = "the result of delay_on_commit"
    why = "it returns None, because the task is not queued yet"
    instead = "make the id yourself: apply_async(task_id=…) in on_commit"
    good = "task-reads-new-status"
    finds = ("task-on-commit-has-no-id",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        used = call.usage in ("assign", "attribute", "return")
        if call.method == "delay_on_commit" and used:
            yield problem(call, "the result of delay_on_commit() is used")


class EnqueuedOnALoop(Rule):
    """`enqueue` in a coroutine."""

    code = "DAL707"
    name = "enqueue in a coroutine"
    why = "a backend that runs the task at once runs it on the loop, where it fails"
    instead = "await task.aenqueue(…)"
    good = "aenqueued"
    finds = ("enqueued-in-a-coroutine",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        enqueues = at.on_a_loop and call.name.endswith(".enqueue")
        if enqueues and queues(call, at.project, at):
            yield problem(call, "enqueue() in an async def")


class SoftLimit(Rule):
    """`async_to_sync` in a task that has a soft time limit."""

    code = "DAL708"
    name = "async_to_sync under a soft time limit"
    why = "the limit ends the task and not its coroutine, which meets the next task"
    instead = "a bridge that cancels its coroutine, such as the guide's run_async"
    good = "task-soft-limit"
    finds = (
        "task-soft-limit-leaks",
        "task-soft-limit-next-task",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        value = call.receiver
        bridged = value is not None and value.kind == "bridge"
        if not bridged or at.place is None or at.on_a_loop:
            return
        if value is None or value.name not in TO_SYNC:
            return
        for one in at.place.function.decorators:
            limits = {argument.keyword for argument in one.constants}
            if "soft_time_limit" in limits:
                yield problem(call, f"async_to_sync in {at.place.function.short}")


RULES = (AsyncTask, RowAsArgument, ResultOfOnCommit, EnqueuedOnALoop, SoftLimit)
