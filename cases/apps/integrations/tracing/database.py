"""Statements on the tables of the app, and how transactions end."""

import re
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from integrations.tracing.record import current

STATEMENT = re.compile(
    r'(SELECT|INSERT|UPDATE|DELETE).*?"integrations_(\w+)"', re.IGNORECASE | re.DOTALL
)


def install() -> None:
    """Watch each connection that is opened from now on."""
    connection_created.connect(_watch, weak=False)
    for name in ("commit", "rollback"):
        setattr(BaseDatabaseWrapper, name, _noted(name))


def _watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if _execute not in connection.execute_wrappers:
        connection.execute_wrappers.append(_execute)


def _execute(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.startswith("ROLLBACK TO SAVEPOINT"):
        current.endings["rollback to savepoint"] += 1
    result = execute(sql, params, many, context)
    if found := STATEMENT.match(sql):
        verb, table = found[1].upper(), found[2]
        current.statements[f"{verb} {table}"] += 1
        current.taken[f"{verb} {table}"] += _rows(sql, context["cursor"])
        if current.order[-1:] != [f"{verb} {table}"]:
            current.order.append(f"{verb} {table}")
        if id(context["connection"]) not in current.connections:
            current.connections.append(id(context["connection"]))
    return result


def _rows(sql: str, cursor: Any) -> int:
    """Return how many rows took effect, as far as the driver knows by now."""
    # SQLite counts the rows of a RETURNING only once they are fetched.
    return 1 if "RETURNING" in sql else max(cursor.rowcount, 0)


def _noted(name: str) -> Any:
    end = getattr(BaseDatabaseWrapper, name)

    def noted(self: BaseDatabaseWrapper) -> None:
        current.endings[name] += 1
        end(self)

    return noted
