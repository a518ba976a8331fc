"""Rules held against a project."""

from collections.abc import Iterable, Iterator
from typing import Any

from django_async_lint.facts import Module
from django_async_lint.project.project import Project
from django_async_lint.rules.rule import At, Problem, Rule

Found = tuple[type[Rule], Module, Problem]
HOOKS = ("call", "use", "enter", "odd", "handle", "define", "klass")


class Looker:
    """The rules that were chosen, by what they look at."""

    def __init__(self, rules: Iterable[type[Rule]], project: Project) -> None:
        self.project = project
        made = [rule() for rule in rules]
        self.by_hook = {
            hook: [
                (type(one), getattr(one, hook))
                for one in made
                if getattr(type(one), hook) is not getattr(Rule, hook)
            ]
            for hook in HOOKS
        }

    def look(self, module: Module) -> Iterator[Found]:
        """Yield what the rules see in a module."""
        places: dict[int, At] = {}
        spots: tuple[tuple[str, Iterable[Any]], ...] = (
            ("call", module.calls),
            ("use", module.uses),
            ("enter", module.entered),
            ("odd", module.oddities),
            ("handle", module.handlers),
        )
        for hook, facts in spots:
            for fact in facts:
                index = fact.function
                at = places.get(index)
                if at is None:
                    at = places[index] = self._at(module, index)
                yield from self._ask(hook, fact, at)
        for index, function in enumerate(module.functions):
            yield from self._ask("define", function, self._at(module, index))
        for class_ in module.classes:
            yield from self._ask("klass", class_, self._at(module, -1))

    def _at(self, module: Module, index: int) -> At:
        place = self.project.index.place(module, index)
        on_a_loop = place is not None and place.function.is_async
        return At(self.project, module, place, index, on_a_loop)

    def _ask(self, hook: str, fact: object, at: At) -> Iterator[Found]:
        for rule, look in self.by_hook[hook]:
            for found in look(fact, at):
                yield rule, at.module, found
