"""The look from outside: what the database holds once the example's process is gone."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import dj_database_url
from django.apps import apps
from django.db import connections, models

from proof.outcome import Change, Row
from proof.project import PROJECT
from proof.questions import BUILTINS, EXPRESSIONS

Rows = dict[str, dict[Any, tuple[Any, ...]]]


class Observer:
    """Looks at a database over a connection of its own, which only reads.

    It knows the template's rows, and what the template answers to the `questions`.
    `only_reads` is the statement after which a connection refuses to write.
    """

    def __init__(
        self, template_url: str, questions: Iterable[str], only_reads: str
    ) -> None:
        self._only_reads = only_reads
        self._models = [
            model
            for model in apps.get_models()
            if model._meta.managed and model._meta.label not in PROJECT.unseen
        ]
        self._names: dict[str, Any] = {m.__name__: m for m in apps.get_models()}
        self._names |= {name: getattr(models, name) for name in EXPRESSIONS}
        self._names["__builtins__"] = BUILTINS
        self._point_at(template_url)
        self._answers_before = {text: self._answer(text) for text in questions}
        self._before = self._all_rows()
        self._full_before = {m._meta.db_table: _as_data(m) for m in self._models}
        connections["default"].close()

    def look(
        self, url: str, expressions: Iterable[str]
    ) -> tuple[dict[str, bool | str], tuple[Change, ...]]:
        """Return what each expression is, and every row that differs."""
        self._point_at(url)
        try:
            answers = {text: self._answer(text) for text in expressions}
            return answers, tuple(self._changes())
        finally:
            connections["default"].close()

    def before(self, questions: Iterable[str]) -> dict[str, bool | str]:
        """Return what was not false of the untouched database."""
        answers = {text: self._answers_before[text] for text in questions}
        return {text: one for text, one in answers.items() if one is not False}

    def _point_at(self, url: str) -> None:
        connection = connections["default"]
        connection.close()
        connection.settings_dict["NAME"] = dj_database_url.parse(url)["NAME"]
        with connection.cursor() as cursor:
            cursor.execute(self._only_reads)

    def _answer(self, text: str) -> bool | str:
        try:
            answer = eval(text, dict(self._names))
        except Exception as error:
            return f"no answer: {type(error).__name__}: {error}"
        if isinstance(answer, bool):
            return answer
        return f"no answer: it is a {type(answer).__name__}, neither true nor false"

    def _changes(self) -> Iterable[Change]:
        after = self._all_rows()
        for model in self._models:
            table = model._meta.db_table
            if after[table] != self._before[table]:
                yield from _differences(
                    table, self._full_before[table], _as_data(model)
                )

    def _all_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        quoted = connections["default"].ops.quote_name
        with connections["default"].cursor() as cursor:
            for model in self._models:
                table, key = model._meta.db_table, str(model._meta.pk.column)
                cursor.execute(f"SELECT * FROM {quoted(table)} ORDER BY {quoted(key)}")
                found[table] = cursor.fetchall()
        return found


def _as_data(model: type[models.Model]) -> dict[Any, Row]:
    rows = model._base_manager.order_by("pk").values()
    return {row[model._meta.pk.attname]: _plain(row) for row in rows}


def _plain(row: Mapping[str, Any]) -> Row:
    simple = (bool, int, float, str, dict, list, type(None))
    return {k: v if isinstance(v, simple) else str(v) for k, v in row.items()}


def _differences(
    table: str, before: Mapping[Any, Row], after: Mapping[Any, Row]
) -> Iterable[Change]:
    for pk in sorted(before.keys() | after.keys(), key=json.dumps):
        old, new = before.get(pk), after.get(pk)
        if old == new:
            continue
        if old is not None and new is not None:
            changed = [name for name in old if old[name] != new[name]]
            old = {name: old[name] for name in changed}
            new = {name: new[name] for name in changed}
        yield Change(table, pk, old, new)
