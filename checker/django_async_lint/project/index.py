"""What a dotted name means, across modules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from django_async_lint.facts import Class, Function, Module, Variable
from django_async_lint.values import Value

DEEPEST = 8
"""So many classes above a class are looked at."""


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """A function with its module; each function has one."""

    number: int
    module: Module
    index: int
    function: Function

    def __str__(self) -> str:
        return f"{self.module.path}:{self.function.line}"


@dataclass(frozen=True, eq=False, slots=True)
class Model:
    """A class with its module."""

    module: Module
    class_: Class


Found = Place | Model | Variable


class Index:
    """The definitions of all modules by their dotted names."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = tuple(modules)
        self.places: list[Place] = []
        self._modules: dict[str, list[Module]] = {}
        self._aliases: dict[str, list[Module]] = {}
        self._defined: dict[int, dict[str, Found | None]] = {}
        self._of: dict[tuple[int, int], Place] = {}
        self._known: dict[tuple[str, int], Found | None] = {}
        for module in self.modules:
            self._add(module)

    def _add(self, module: Module) -> None:
        self._modules.setdefault(module.name, []).append(module)
        for name in _aliases(module):
            self._aliases.setdefault(name, []).append(module)
        defined: dict[str, Found | None] = {}
        for index, function in enumerate(module.functions):
            place = Place(len(self.places), module, index, function)
            self.places.append(place)
            self._of[id(module), index] = place
            known = defined.get(function.name)
            # The same name twice: which one is meant is not known here.
            defined[function.name] = None if function.name in defined else place
            if isinstance(known, Place) and _is_overload(known):
                defined[function.name] = place
        for one in module.classes:
            taken = one.name in defined
            defined[one.name] = None if taken else Model(module, one)
        for name, variable in module.variables.items():
            defined.setdefault(f"{module.name}.{name}".lstrip("."), variable)
        self._defined[id(module)] = defined

    def place(self, module: Module, index: int) -> Place | None:
        """Return the function of a module by its index."""
        return self._of.get((id(module), index))

    def find(self, name: str, near: Module) -> Found | None:
        """Return what a dotted name means in a module."""
        key = (name, id(near))
        if key not in self._known:
            # Imports can lead in a circle: who comes back finds nothing.
            self._known[key] = None
            self._known[key] = self._find(name, near)
        return self._known[key]

    def _find(self, name: str, near: Module) -> Found | None:
        parts = name.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            prefix = ".".join(parts[:cut])
            modules = self._modules.get(prefix) or self._aliases.get(prefix)
            if modules:
                module = near if near in modules else _nearest(modules, near)
                return self._in(module, parts[cut:])
        return self._in(near, parts) if not near.name else None

    def _in(self, module: Module, parts: list[str]) -> Found | None:
        """Find a name in the module that defines or imports its first part."""
        prefix = f"{module.name}." if module.name else ""
        defined = self._defined[id(module)]
        name = prefix + ".".join(parts)
        if name in defined:
            return defined[name]
        first, *more = parts
        if first in module.imports:
            return self.find(".".join([module.imports[first], *more]), module)
        if prefix + first not in defined:
            return self._starred(module, first, more)
        return self._attribute(module, parts[:-1], parts[-1]) if more else None

    def _attribute(self, module: Module, owner: list[str], name: str) -> Found | None:
        """Find an attribute of a class, or of what a variable is known to be."""
        found = self._in(module, owner)
        if isinstance(found, Model):
            return self.member(found, name)
        if isinstance(found, Variable) and found.value.kind in ("name", "result"):
            return self.find(f"{found.value.name}.{name}", module)
        return None

    def _starred(self, module: Module, first: str, more: list[str]) -> Found | None:
        for star in module.stars:
            found = self.find(f"{star}.{first}", module)
            if isinstance(found, Model) and len(more) == 1:
                return self.member(found, more[0])
            if found is not None:
                return None if more else found
        return None

    def member(self, of: Model, name: str, depth: int = DEEPEST) -> Found | None:
        """Return a method or an attribute of a class, its own or of a base."""
        class_ = of.class_
        if name in class_.methods:
            return self.place(of.module, class_.methods[name])
        if name in class_.attributes:
            return Variable(class_.line, class_.column, class_.attributes[name])
        for base in class_.bases if depth > 0 else ():
            parent = self.find(base, of.module)
            if isinstance(parent, Model) and parent.class_ is not class_:
                found = self.member(parent, name, depth - 1)
                if found is not None:
                    return found
        return None

    def bases(self, of: Model, depth: int = DEEPEST) -> Iterator[str | Model]:
        """Yield each base above a class; one of no module here by its name."""
        for base in of.class_.bases if depth > 0 else ():
            found = self.find(base, of.module)
            if isinstance(found, Model) and found.class_ is not of.class_:
                yield found
                yield from self.bases(found, depth - 1)
            else:
                yield base

    def value(self, name: str, near: Module) -> Value | None:
        """Return what is known of a variable or an attribute."""
        found = self.find(name, near)
        return found.value if isinstance(found, Variable) else None


def _is_overload(place: Place) -> bool:
    return any(d.name.endswith(".overload") for d in place.function.decorators)


def _aliases(module: Module) -> Iterator[str]:
    """Yield the names that a module has if the root of imports is another folder."""
    parts = module.path.replace("\\", "/").removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    for start in range(max(0, len(parts) - 7), len(parts)):
        yield ".".join(parts[start:])


def _nearest(modules: list[Module], near: Module) -> Module:
    if len(modules) == 1:
        return modules[0]
    own = near.path.split("/")

    def shared(one: Module) -> int:
        pairs = zip(one.path.split("/"), own, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    return max(modules, key=shared)
