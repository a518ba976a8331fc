"""Which classes are models, and where their relations lead."""

from functools import cached_property

from django_async_lint.facts import Call, Field, Module
from django_async_lint.project.index import Index, Model, Place
from django_async_lint.reading import names
from django_async_lint.values import Value

MODEL_BASES = frozenset(
    {
        "django.db.models.Model",
        "django.db.models.base.Model",
        "django.contrib.auth.models.AbstractUser",
        "django.contrib.auth.models.AbstractBaseUser",
        "django.contrib.auth.base_user.AbstractBaseUser",
        "django.contrib.gis.db.models.Model",
    }
)
TO_ONE = ("ForeignKey", "OneToOneField")
ASKING = frozenset(
    {"django.shortcuts.get_object_or_404", "django.shortcuts.get_list_or_404"}
)


class Models:
    """The models of a project."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._is: dict[tuple[str, int], bool | None] = {}

    def is_model(self, name: str, near: Module) -> bool | None:
        """Whether a name is a model; None where its source is not here."""
        key = (name, id(near))
        if key not in self._is:
            self._is[key] = self._decide(name, near)
        return self._is[key]

    def _decide(self, name: str, near: Module) -> bool | None:
        if name == names.USER:
            return True
        found = self.index.find(name, near)
        if isinstance(found, Place):
            return False
        if not isinstance(found, Model):
            parts = name.split(".")
            return None if "models" in parts and parts[-1][:1].isupper() else False
        bases = list(self.index.bases(found))
        if any(base in MODEL_BASES for base in bases):
            return True
        outside = [one for one in bases if isinstance(one, str)]
        likely = ("Model", "User", "MixIn", "Mixin", "Abstract")
        return None if any(one.endswith(likely) for one in outside) else False

    def may_be(self, name: str, near: Module) -> bool:
        """Whether a name with a manager is a model, as far as can be seen."""
        return self.is_model(name, near) is not False

    @cached_property
    def _relations(self) -> dict[int, dict[str, tuple[str, str, Module]]]:
        """By class, each relation: its kind, where it leads, and near which module."""
        found: dict[int, dict[str, tuple[str, str, Module]]] = {}
        for module in self.index.modules:
            for class_ in module.classes:
                for name, field in class_.fields.items():
                    to = self._target(field, module, class_.name)
                    own = found.setdefault(id(class_), {})
                    own[name] = (field.kind, to, module)
                    self._reverse(found, field, to, class_.name, module)
        return found

    def _reverse(
        self,
        found: dict[int, dict[str, tuple[str, str, Module]]],
        field: Field,
        to: str,
        source: str,
        module: Module,
    ) -> None:
        target = self.index.find(to, module)
        if not isinstance(target, Model) or field.reverse.endswith("+"):
            return
        short = source.rpartition(".")[2].lower()
        one = field.kind == "OneToOneField"
        name = field.reverse or (short if one else f"{short}_set")
        kind = "reverse one" if one else "many"
        found.setdefault(id(target.class_), {})[name] = (kind, source, module)

    def _target(self, field: Field, module: Module, source: str) -> str:
        if not field.to.startswith("'"):
            return field.to
        written = field.to[1:]
        if written == "self":
            return source
        short = written.rpartition(".")[2]
        here = f"{module.name}.{short}"
        if "." not in written or self.index.find(here, module):
            return here
        app = written.partition(".")[0]
        return f"{app}.models.{short}"

    def relation(self, name: str, step: str, near: Module) -> tuple[str, str] | None:
        """Return the kind of a relation of a model, and the model it leads to."""
        found = self.index.find(name, near)
        if not isinstance(found, Model):
            return None
        above = [one for one in self.index.bases(found) if isinstance(one, Model)]
        for one in (found, *above):
            relation = self._relations.get(id(one.class_), {}).get(step)
            if relation:
                kind, to, module = relation
                target = self.index.find(to, module)
                # A full name, so that it means the same near another module.
                full = target.class_.name if isinstance(target, Model) else to
                return kind, full
        return None

    def after(self, name: str, steps: tuple[str, ...], near: Module) -> str | None:
        """Return the model at the end of a way over relations."""
        for step in steps:
            relation = self.relation(name, step, near)
            if relation is None:
                return None
            name = relation[1]
        return name

    def unloaded(self, value: Value, near: Module) -> str | None:
        """Return the relation that reading a row's last attribute asks for, or None."""
        model = self.after(value.name, value.origin, near)
        if model is None or value.loaded is None or self._is_custom(model, near):
            return None
        *before, last = value.path
        for number, step in enumerate(before):
            relation = self.relation(model, step, near)
            if relation is None or "__".join(before[: number + 1]) not in value.loaded:
                return None
            model = relation[1]
        relation = self.relation(model, last, near)
        if relation is None or relation[0] not in (*TO_ONE, "reverse one"):
            return None
        return None if "__".join(value.path) in value.loaded else last

    def _is_custom(self, name: str, near: Module) -> bool:
        """Whether a model's manager may load relations by itself."""
        found = self.index.find(name, near)
        if not isinstance(found, Model):
            return True
        above = [one for one in self.index.bases(found) if isinstance(one, Model)]
        return any(
            "objects" in one.class_.attributes for one in (found, *above)
        ) or any("objects" in one.class_.plain for one in (found, *above))


def receiver(call: Call, index: Index, near: Module) -> tuple[Value | None, str]:
    """Return the value whose method a call is, and the method."""
    if call.receiver is not None:
        return call.receiver, call.method
    prefix, _, method = call.name.rpartition(".")
    return (index.value(prefix, near) if prefix else None), method
