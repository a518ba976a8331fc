"""What the guard finds, a kind each: what to write instead, and where that was run."""

from dataclasses import dataclass

GUIDE = "docs/"
"""Where the guide's pages begin."""


@dataclass(frozen=True)
class Kind:
    """One kind of finding.

    `right` and `wrong` are the guide's examples, with their pages: what to write, and
    what goes wrong otherwise.
    """

    name: str
    sentence: str
    instead: str
    right: str
    wrong: str

    @property
    def address(self) -> str:
        """Where the guide shows what to write instead."""
        return GUIDE + self.right


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "other-connection",
            "a write that no rollback of the open transaction takes back",
            "keep the ORM on the thread of the transaction, and the bridge around the "
            "network alone; test code with threads in a TransactionTestCase",
            "testing.md#test-asyncio-run-network",
            "testing.md#test-asyncio-run",
        ),
        Kind(
            "left-connection",
            "a database connection that nobody closes",
            "close it on the thread that has opened it: connections.close_all()",
            "testing.md#test-transaction-test-case",
            "testing.md#test-threads-in-testcase",
        ),
        Kind(
            "left-thread",
            "a thread that still runs at the end of the test",
            "join it, or leave the executor with `with`",
            "testing.md#test-transaction-test-case",
            "testing.md#test-to-thread",
        ),
        Kind(
            "left-loop",
            "an event loop that nobody closes",
            "let asyncio.run or async_to_sync make it and close it",
            "testing-checks.md#test-whole-command",
            "testing-checks.md#test-loops-left",
        ),
        Kind(
            "left-task",
            "a task that will never be done, as its loop stands still",
            "await it, or make it in a TaskGroup",
            "testing.md#test-async",
            "testing-checks.md#test-loops-left",
        ),
        Kind(
            "dropped-coroutine",
            "a coroutine that nobody awaits: its body never ran",
            "await it, or call it through the bridge",
            "security.md#test-of-who-is-refused",
            "security.md#test-of-who-may",
        ),
        Kind(
            "queued-early",
            "a task that is queued before the transaction it belongs to is committed",
            "transaction.on_commit(lambda: task.delay(…)), or delay_on_commit",
            "testing-commits.md#test-message",
            "testing-commits.md#test-eager",
        ),
        Kind(
            "unsafe-orm",
            "a sync ORM call in a loop, let through by DJANGO_ALLOW_ASYNC_UNSAFE",
            "await the async method, or put the sync code into sync_to_async",
            "testing.md#test-async",
            "testing.md#test-orm-in-async",
        ),
    )
}
