"""The guide's blocks as a user's code: laid in a file, beside the example project."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django_async_lint.facts import Module
from django_async_lint.project.project import Project
from django_async_lint.reading.read import read
from django_async_lint.rules import RULES
from django_async_lint.rules.look import Looker
from guide.bare import without_comments
from proof.example import Example
from proof.places import PLACES
from proof.project import PROJECT

Seen = tuple[str, int]
"""The code of a rule, and the line."""


@cache
def project() -> dict[str, Module]:
    """Read the example project once, by the names of its modules."""
    return {
        one.name: one
        for source in PROJECT.sources
        for path in source.rglob("*.py")
        for one in [_module(path.read_bytes(), path.relative_to(source))]
    }


def _module(source: bytes, relative: Path) -> Module:
    name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
    return read(source, str(relative), name, is_package=relative.stem == "__init__")


def around(module: Module) -> list[Module]:
    """Return the modules of the project that a module reaches, and the settings."""
    known, found = project(), {"config.settings"}
    waiting = [module]
    while waiting:
        for name in waiting.pop().imports.values():
            for one in (name, name.rpartition(".")[0]):
                if one in known and one not in found:
                    found.add(one)
                    waiting.append(known[one])
    return [known[name] for name in sorted(found)]


def seen(example: Example, codes: Iterable[str] = RULES) -> list[Seen]:
    """Return what rules find in a block, laid where its place lays it."""
    # Neither an id nor a title is anything that a user's code would have.
    file = PLACES[example.place].file(Path(), "block")
    module = read(without_comments(example.code).encode(), str(file), file.stem)
    looker = Looker((RULES[one] for one in codes), Project([*around(module), module]))
    found = {(rule.code, one.line) for rule, _, one in looker.look(module)}
    return sorted(found, key=lambda one: (one[1], one[0]))


def has_marks(code: str) -> bool:
    """Whether something is left of what only the guide writes."""
    return bool(re.search("[✅❌]", ast.unparse(ast.parse(without_comments(code)))))
