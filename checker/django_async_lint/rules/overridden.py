"""DAL3: methods of a model that are overridden in one of their two forms."""

from collections.abc import Iterator

from django_async_lint.facts import Function
from django_async_lint.rules.rule import At, Problem, Rule, problem


class OverriddenAsave(Rule):
    """A model with its own `asave` and Django's `save`."""

    code = "DAL309"
    name = "asave without save"
    why = "acreate, forms and the admin call save(), and go past it"
    instead = "override save(); asave() calls it"
    good = "save-overridden"
    finds = ("asave-overridden",)

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        if function.short not in ("asave", "adelete") or not function.owner:
            return
        if not at.project.models.is_model(function.owner, at.module):
            return
        plain = f"{function.owner}.{function.short[1:]}"
        if at.project.index.find(plain, at.module) is None:
            yield problem(
                function, f"{function.short}() without {function.short[1:]}()"
            )


RULES = (OverriddenAsave,)
