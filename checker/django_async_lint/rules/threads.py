"""DAL5: the ORM in threads that nobody closes the connection of."""

from collections.abc import Iterator

from django_async_lint.facts import Call
from django_async_lint.project.contexts import ATOMIC
from django_async_lint.project.effects import CLOSES, ORM
from django_async_lint.project.entries import ROLLED_BACK
from django_async_lint.project.graph import THREAD, Edge
from django_async_lint.rules.rule import At, Problem, Rule, problem

CLOSE = "call connection.close() in a finally of the function that the thread runs"


def thread_with_orm(call: Call, at: At) -> Edge | None:
    """Return how a call runs ORM work in another thread, if it does."""
    for edge in at.project.graph.by_call.get(id(call), ()):
        own = edge.kind == THREAD and not edge.target.function.is_async
        if own and at.project.effects.has(edge.target, ORM):
            return edge
    return None


class ThreadKeepsConnection(Rule):
    """A thread that uses the ORM and closes nothing."""

    code = "DAL501"
    name = "a thread that keeps its connection"
    why = "each thread opens a connection of its own, and nobody closes it"
    instead = CLOSE
    good = "own-thread-closes"
    finds = (
        "to-thread-leaks",
        "not-thread-sensitive-leaks",
        "threads-leak-each",
        "too-many-clients",
        "pool-runs-dry",
        "own-thread-leaks",
        "close-all-elsewhere",
        "own-thread-old-connections",
        "not-thread-sensitive-lock",
        "sync-to-async-in-consumer",
        "test-to-thread",
        "test-thread-sensitive-false",
        "view-leaks-connection",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        edge = thread_with_orm(call, at)
        if edge is None or at.project.effects.has(edge.target, CLOSES):
            return
        why = at.project.effects.has(edge.target, ORM)
        yield problem(call, f"a thread runs {why} and does not close it")


class ThreadInATransaction(Rule):
    """A thread that uses the ORM while the caller's transaction is open."""

    code = "DAL502"
    name = "a thread in a transaction"
    why = "its connection is another: it sees no row of the transaction, and commits"
    instead = "do the ORM work in the thread that has the transaction"
    good = "own-thread-transaction"
    finds = (
        "own-thread-escapes",
        "not-thread-sensitive-lock",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        edge = thread_with_orm(call, at)
        if edge is None or not (call.atomic or at.why(ATOMIC)):
            return
        yield problem(call, f"a thread runs {edge.target.function.short}() in atomic")


class ThreadInATest(Rule):
    """A thread that uses the ORM below a test that rolls back."""

    code = "DAL503"
    name = "a thread below a TestCase"
    default = False
    why = "its rows are not rolled back with the test, and stay for the next one"
    instead = "use a TransactionTestCase"
    good = "test-transaction-test-case"
    finds = (
        "test-to-thread",
        "test-thread-sensitive-false",
        "test-threads-in-testcase",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        edge = thread_with_orm(call, at)
        found = at.why(ROLLED_BACK)
        if edge is not None and found:
            yield problem(call, f"a thread below the test {found[1]}")


class ConnectionHandedOver(Rule):
    """A connection object that is handed to a thread."""

    code = "DAL504"
    name = "a connection for another thread"
    why = "a connection may only be used by the thread that made it: it raises"
    instead = "let the thread use django.db.connection itself"
    good = "connection-of-its-own"
    finds = ("connection-of-another-thread",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        runs = at.project.graph.by_call.get(id(call), ())
        if not any(edge.kind == THREAD for edge in runs):
            return
        for one in call.arguments:
            value = one.value
            if value is not None and value.name == "django.db.connections[…]":
                yield problem(call, "connections[…] is handed to a thread")


RULES = (
    ThreadKeepsConnection,
    ThreadInATransaction,
    ThreadInATest,
    ConnectionHandedOver,
)
