"""A project: its modules, and all that is known of them together."""

from collections.abc import Iterable
from functools import cached_property

from django_async_lint.facts import Module
from django_async_lint.project.contexts import Contexts
from django_async_lint.project.effects import Effects
from django_async_lint.project.entries import Entries, entries_of
from django_async_lint.project.graph import Graph
from django_async_lint.project.index import Index
from django_async_lint.project.models import Models
from django_async_lint.project.orm import Orm


class Project:
    """What rules ask."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.index = Index(modules)
        self.models = Models(self.index)
        self.orm = Orm(self.index, self.models)
        self.graph = Graph(self.index)
        self.entries: Entries = entries_of(self.index)
        kept = self.settings.get("CONN_MAX_AGE", "0") not in ("0", "?")
        self.effects = Effects(self.index, self.graph, self.orm, kept=kept)
        self.contexts = Contexts(self.index, self.graph, self.entries)

    @cached_property
    def settings(self) -> dict[str, str]:
        """The settings that matter here, as they are written, tests left out."""
        found: dict[str, str] = {}
        for module in self.index.modules:
            if "test" not in module.path.rpartition("/")[2]:
                found |= module.settings
        return found

    def uses(self, package: str) -> bool:
        """Whether any module imports something of a package."""
        return any(
            name.partition(".")[0] == package
            for module in self.index.modules
            for name in module.imports.values()
        )
