"""The trace tells thread, connection, transaction, statement and line, and no more."""

import asyncio
import threading

import pytest
from support import CANCEL, GOAL, fence, lanes_here, outcome_of, verdicts, written

from django_async_lint.watching.connections import describe
from django_async_lint.watching.threads import thread_role
from proof.outcome import Outcome, Statement
from proof.report import Report
from proof.running.messages import Exit
from proof.running.run import run
from proof.running.to_outcome import read_notes

CODE = f"""
import asyncio
import threading

from asgiref.sync import async_to_sync
from django.db import IntegrityError, connection, transaction
from trading.models import Order

MINE = Order.objects.filter(pk=7)


def count():
    Order.objects.count()
    connection.close()


async def bridged():
    await MINE.aget()


async def pooled():
    await asyncio.to_thread(count)


def act():
    MINE.get()
    with transaction.atomic():
        MINE.update(status="working")
        try:
            with transaction.atomic():
                Order.objects.create(pk=7, position_id=33, number="x", limit=1)
        except IntegrityError:
            pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    async_to_sync(bridged)()
    asyncio.run(pooled())
    own = threading.Thread(target=count)
    own.start()
    own.join()
    connection.close()
    MINE.update(status="cancelled")


# ✅ committed: {GOAL}
"""
FALLS_BACK = f"""
import asyncio

from asgiref.sync import sync_to_async
from django.db import connection
from trading.models import Order

MINE = Order.objects.filter(pk=7)


async def cancel():
    order = await MINE.aget()
    order.status = "cancelled"
    await order.asave()
    await sync_to_async(close)()


def close():
    connection.close()


def act():
    asyncio.run(cancel())


# ❌ leaks 1 thread
# ❌ corrupt: {GOAL}
"""
WRAPPED = f"""
from django.db import connection
from trading.models import Order


def count(execute, *args):
    print("one")
    return execute(*args)


def act():
    with connection.execute_wrapper(count):
        Order.objects.get(pk=7)
        #> one
    Order.objects.filter(pk=7).update(status="cancelled")


# ✅ committed: {GOAL}
"""
ANOTHER_ROW = CANCEL.replace("pk=7", "pk=8")


def line_of(text: str, code: str = CODE) -> int:
    """Return the line of a piece of code, counted from 1."""
    lines = code.strip().splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.strip().startswith(text))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Run the examples once, in every lane."""
    examples = written(
        tmp_path_factory.mktemp("trace"),
        fence("traced", CODE),
        fence("another", ANOTHER_ROW),
        fence("wrapped", WRAPPED),
        fence("falls-back", FALLS_BACK, "❌ It fails", twin="another"),
    )
    report = run(examples, examples, lanes_here(), jobs=1)
    for verdict in verdicts(report, examples).values():
        assert verdict.holds, str(verdict)
    return report


def statements(outcome: Outcome, **parts: object) -> list[Statement]:
    """Return the statements that have these parts."""
    return [
        one
        for one in outcome.statements
        if all(getattr(one, name) == value for name, value in parts.items())
    ]


@pytest.mark.parametrize("lane", ["sqlite", "postgresql"])
def test_each_statement_is_traced(seen: Report, lane: str) -> None:
    """A statement has its thread, connection, transaction, kind, table and line."""
    if lane not in lanes_here():
        pytest.skip(f"no server answers for the lane {lane}")
    outcome = outcome_of(seen, "traced", lane)
    assert outcome.statements[0] == Statement(
        "main thread",
        "C1",
        "autocommit",
        "SELECT",
        "trading_order",
        line_of("MINE.get()"),
    )
    begun = statements(outcome, kind="BEGIN")
    assert [one.line for one in begun] == [line_of("with transaction.atomic")]
    (update,) = statements(outcome, line=line_of("MINE.update(status"), kind="UPDATE")
    assert (update.transaction, update.table) == ("open", "trading_order")
    (failed,) = statements(outcome, failed=True)
    assert (failed.kind, failed.line) == ("INSERT", line_of("Order.objects.create"))
    kinds = [one.kind for one in outcome.statements]
    for kind in ("SAVEPOINT", "ROLLBACK TO SAVEPOINT", "COMMIT"):
        assert kind in kinds, kinds


@pytest.mark.parametrize(
    ("line", "thread", "connection"),
    [
        ("await MINE.aget()", "main thread", "C1"),
        ("await asyncio.to_thread", "pool thread", "C2"),
        ("Order.objects.count()", "own thread", "C3"),
        ('MINE.update(status="cancelled")', "main thread", "C4"),
    ],
)
def test_threads_and_connections_are_told_apart(
    seen: Report, line: str, thread: str, connection: str
) -> None:
    """Each thread has its role, each connection its number in order of opening."""
    (one,) = [
        one
        for one in outcome_of(seen, "traced").statements
        if one.line in (line_of(line), line_of("Order.objects.count()"))
        and one.kind in ("SELECT", "UPDATE")
        and one.connection == connection
    ]
    assert one.thread == thread


def test_the_shared_thread_is_named(seen: Report) -> None:
    """Below `asyncio.run`, the async ORM uses asgiref's thread, at the await's line."""
    outcome = outcome_of(seen, "falls-back")
    assert {one.thread for one in outcome.statements} == {"sync_to_async thread"}
    lines = {one.line for one in outcome.statements if one.kind in ("SELECT", "UPDATE")}
    assert lines == {
        line_of("order = await", FALLS_BACK),
        line_of("await order.asave", FALLS_BACK),
    }


def test_the_trace_is_in_nobodys_way(seen: Report) -> None:
    """A wrapper of the example's own is removed as without a trace, which goes on."""
    kinds = [one.kind for one in outcome_of(seen, "wrapped").statements]
    assert kinds == ["SELECT", "UPDATE"]


@pytest.mark.parametrize(
    ("sql", "kind", "table"),
    [
        ('SELECT "a"."id" FROM "trading_order" WHERE x', "SELECT", "trading_order"),
        ('INSERT INTO "trading_order" ("id") VALUES (1)', "INSERT", "trading_order"),
        ('UPDATE "trading_order" SET "a" = 1', "UPDATE", "trading_order"),
        ("delete from trading_order", "DELETE", "trading_order"),
        ('SAVEPOINT "s1_x1"', "SAVEPOINT", ""),
        ('RELEASE SAVEPOINT "s1"', "RELEASE", ""),
        ('ROLLBACK TO SAVEPOINT "s1"', "ROLLBACK TO SAVEPOINT", ""),
        ("BEGIN", "BEGIN", ""),
        ("SELECT 1", "SELECT", ""),
        ("-- of a file\n\n/* and */ SELECT 1", "SELECT", ""),
        ("-- nothing else", "", ""),
        ("", "", ""),
    ],
)
def test_a_statement_is_described(sql: str, kind: str, table: str) -> None:
    """The kind of a statement is its first word, the table the first that it names."""
    assert describe(sql) == (kind, table)


def test_a_thread_has_a_role() -> None:
    """A thread is called by what it is for."""

    async def inside() -> list[str]:
        pool = asyncio.to_thread(thread_role)
        return [thread_role(), await pool]

    found: list[object] = []

    def loop() -> None:
        found.extend((asyncio.run(inside()), thread_role()))

    other = threading.Thread(target=loop)
    other.start()
    other.join()
    assert thread_role() == "main thread"
    assert found == [["loop thread", "pool thread"], "own thread"]
    assert thread_role(other) == "own thread"


def statement(number: int, kind: str = "SELECT") -> tuple[str, dict[str, object]]:
    """Return the note that a statement makes when it begins."""
    return "statement", {
        "number": number,
        "thread": "t",
        "connection": "C1",
        "transaction": "open",
        "kind": kind,
        "table": "",
        "line": 0,
    }


def ended(number: int, failed: bool = False) -> tuple[str, dict[str, object]]:
    """Return the note that a statement makes when it ends."""
    return "statement ended", {"number": number, "failed": failed}


@pytest.mark.parametrize(
    ("notes", "in_flight"),
    [
        ([], 0),
        ([statement(1), ended(1), statement(2), ended(2)], 1),
        ([statement(1), statement(2), ended(1), statement(3)], 2),
        ([statement(1), statement(2, "BEGIN"), statement(3, "COMMIT")], 1),
    ],
)
def test_statements_under_way_are_counted(
    notes: list[tuple[str, dict[str, object]]], in_flight: int
) -> None:
    """In flight is the largest number of statements begun and not ended."""
    assert read_notes("a", "sqlite", notes, [], Exit(0)).in_flight == in_flight


def test_a_failed_statement_is_marked() -> None:
    """A statement that raised is marked, the one beside it is not."""
    notes = [statement(1), statement(2), ended(2, failed=True), ended(1)]
    found = read_notes("a", "sqlite", notes, [], Exit(0)).statements
    assert [one.failed for one in found] == [False, True]
