"""DAL3: methods of a model that are overridden in one of their two forms."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Function
from django_async_lint.project.index import Model, Place
from django_async_lint.rules.rule import At, Problem, Rule, problem

OF_A_MANAGER = frozenset(
    {"acreate", "aget_or_create", "aupdate_or_create", "abulk_create"}
)
MANAGERS = frozenset({"django.db.models.Manager", "django.db.models.manager.Manager"})


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


class OverriddenOnAManager(Rule):
    """A manager with its own `create`, and calls of Django's `acreate`."""

    code = "DAL311"
    name = "create overridden on a manager, and acreate called"
    why = "acreate calls the queryset's create, and goes past the manager's"
    instead = "override it on a QuerySet, and use as_manager()"
    good = "create-of-a-queryset"
    finds = ("create-of-a-manager",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        of = call.receiver
        if of is None or of.kind != "query" or of.origin or of.asked:
            return
        if call.method not in OF_A_MANAGER:
            return
        index = at.project.index
        kept = index.value(f"{of.name}.objects", at.module)
        manager = index.find(kept.name, at.module) if kept else None
        if not isinstance(manager, Model):
            return
        bases = {str(one) for one in index.bases(manager)}
        plain = index.member(manager, call.method[1:])
        own = index.member(manager, call.method)
        if bases & MANAGERS and isinstance(plain, Place) and own is None:
            short = manager.class_.name.rpartition(".")[2]
            yield problem(call, f"{call.method}() goes past {short}.{call.method[1:]}")


RULES = (OverriddenAsave, OverriddenOnAManager)
