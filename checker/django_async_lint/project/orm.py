"""Which calls send a statement to the database, on which thread."""

from django_async_lint.facts import Call, Module, Use
from django_async_lint.project.index import Index, Model, Place
from django_async_lint.project.models import ASKING, Models, receiver
from django_async_lint.reading import names
from django_async_lint.values import Value

SYNC, ASYNC, NONE = "sync", "async", ""
OF_MANY = frozenset({"add", "remove", "set", "clear"})
CURSORS = frozenset({"django.db.connection.cursor"})
READS = frozenset({"iterate", "length", "condition", "text", "item"})


class Orm:
    """Says of each call and use whether it asks the database."""

    def __init__(self, index: Index, models: Models) -> None:
        self.index, self.models = index, models

    def asks(self, call: Call, near: Module) -> str:
        """Return "sync" or "async" if a call sends a statement, else ""."""
        value, method = receiver(call, self.index, near)
        if value is not None and value.kind == "bridge":
            return self._through_a_bridge(value, call, near)
        if value is not None:
            found = self.method(value, method, near)
            if found:
                return found
        if call.name:
            return self._by_name(call.name, near)
        known = value is None or value.kind in ("parameter", "awaited")
        return ASYNC if known and method in names.UNMISTAKABLE else NONE

    def _by_name(self, name: str, near: Module) -> str:
        if name in ASKING or name in CURSORS:
            return SYNC
        if name == "django.shortcuts.aget_object_or_404":
            return ASYNC
        owner, _, method = name.rpartition(".")
        if method not in names.OF_A_ROW | names.ASYNC_OF_A_ROW:
            return NONE
        found = self.index.find(owner, near)
        if isinstance(found, Model) and self.models.is_model(owner, near):
            return SYNC if method in names.OF_A_ROW else ASYNC
        return NONE

    def _through_a_bridge(self, bridge: Value, call: Call, near: Module) -> str:
        inner = bridge.inner
        if inner is None or bridge.name not in names.TO_ASYNC:
            return NONE
        if inner.kind == "method" and inner.inner is not None:
            return ASYNC if self.method(inner.inner, inner.name, near) else NONE
        if inner.kind == "name":
            first = call.first
            reads = inner.name.startswith("builtins.") and first is not None
            if reads and first and first.kind in ("query", "iterator"):
                return ASYNC
            return ASYNC if self._by_name(inner.name, near) else NONE
        return NONE

    def method(self, value: Value, method: str, near: Module) -> str:
        """Return how a method of a query or a row asks the database, if it does."""
        if value.kind == "query" and self._is_of_a_model(value, near):
            if method in names.ASYNC_ASKS:
                return ASYNC
            asks = method in names.ASKS and method != "iterator"
            return SYNC if asks and (method not in OF_MANY or value.origin) else NONE
        if value.kind == "row" and self._is_of_a_model(value, near):
            return self._of_a_row(value, method, near)
        return NONE

    def _of_a_row(self, row: Value, method: str, near: Module) -> str:
        model = self.models.after(row.name, (*row.origin, *row.path[:-1]), near)
        if not row.path:
            model = None
        if row.path:
            relation = model and self.models.relation(model, row.path[-1], near)
            if not relation:
                return NONE
            if relation[0] in ("many", "ManyToManyField"):
                if method in names.ASYNC_ASKS:
                    return ASYNC
                return SYNC if method in names.ASKS - {"iterator"} else NONE
        if method in names.ASYNC_OF_A_ROW:
            return ASYNC
        return SYNC if method in names.OF_A_ROW else NONE

    def _is_of_a_model(self, value: Value, near: Module) -> bool:
        return self.models.may_be(value.name, near)

    def reads(self, use: Use, near: Module) -> str:
        """Return how a use of a value asks the database, if it does."""
        value = use.value
        if value.kind not in ("query", "iterator") or not self.exists(value, near):
            return NONE
        if use.how in READS:
            return SYNC
        return ASYNC if use.how == "async iterate" else NONE

    def exists(self, value: Value, near: Module) -> bool:
        """Whether a query is one of Django's, as far as can be seen."""
        if not self._is_of_a_model(value, near):
            return False
        if not value.origin:
            return True
        before = self.models.after(value.name, value.origin[:-1], near)
        relation = before and self.models.relation(before, value.origin[-1], near)
        return (
            bool(relation)
            and relation is not None
            and relation[0]
            in (
                "many",
                "ManyToManyField",
            )
        )

    def is_lazy(self, value: Value, near: Module) -> bool:
        """Whether calling a value gives a queryset that was not asked yet."""
        if value.kind == "lambda":
            inner = value.inner
            return bool(inner and inner.kind == "query" and self.exists(inner, near))
        if value.kind != "method" or value.inner is None:
            return False
        query, row = value.inner, value.inner.kind == "row"
        if row and value.inner.path and value.name in names.CHAINED:
            steps = (*query.origin, *query.path)
            return self.exists(Value("query", query.name, origin=steps), near)
        lazy = query.kind == "query" and value.name in names.CHAINED
        return lazy and self.exists(query, near)


def function_of(value: Value | None, index: Index, near: Module) -> Place | None:
    """Return the project's function that a value is, if it is one."""
    if value is None or value.kind not in ("name", "result", "lambda"):
        return None
    found = index.find(value.name, near)
    return found if isinstance(found, Place) else None
