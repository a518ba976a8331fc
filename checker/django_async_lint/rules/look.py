"""Rules held against a project."""

from collections.abc import Iterable, Iterator

from django_async_lint.facts import Module
from django_async_lint.project.project import Project
from django_async_lint.rules.rule import At, Problem, Rule

Found = tuple[type[Rule], Module, Problem]
HOOKS = ("call", "use", "enter", "odd", "define", "klass", "module")


class Looker:
    """The rules that were chosen, by what they look at."""

    def __init__(self, rules: Iterable[type[Rule]], project: Project) -> None:
        self.project = project
        made = [rule() for rule in rules]
        self.by_hook = {
            hook: [r for r in made if getattr(type(r), hook) is not getattr(Rule, hook)]
            for hook in HOOKS
        }

    def look(self, module: Module) -> Iterator[Found]:
        """Yield what the rules see in a module."""
        project = self.project
        spots: tuple[tuple[str, list[object]], ...] = (
            ("call", [*module.calls]),
            ("use", [*module.uses]),
            ("enter", [*module.entered]),
            ("odd", [*module.oddities]),
        )
        for hook, facts in spots:
            for fact in facts:
                index = getattr(fact, "function", -1)
                place = project.index.place(module, index)
                yield from self._ask(hook, fact, At(project, module, place, index))
        for index, function in enumerate(module.functions):
            place = project.index.place(module, index)
            yield from self._ask("define", function, At(project, module, place, index))
        for class_ in module.classes:
            yield from self._ask("klass", class_, At(project, module, None))
        yield from self._ask("module", module, At(project, module, None))

    def _ask(self, hook: str, fact: object, at: At) -> Iterator[Found]:
        for rule in self.by_hook[hook]:
            for found in getattr(rule, hook)(fact, at):
                yield type(rule), at.module, found
