"""What a rule is, and what it finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

from django_async_lint.facts import (
    Call,
    Class,
    Entered,
    Function,
    Handler,
    Module,
    Oddity,
    Use,
)
from django_async_lint.project.index import Place
from django_async_lint.project.project import Project


class Spot(Protocol):
    """Anything that stands at a line."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class At:
    """Where a rule looks: the function, or the module outside any."""

    project: Project
    module: Module
    place: Place | None
    index: int = -1
    on_a_loop: bool = False
    """Whether the code itself runs on an event loop."""

    @property
    def function(self) -> Function | None:
        """The function's facts, None outside any."""
        return self.place.function if self.place else None

    def why(self, *contexts: str) -> tuple[str, str] | None:
        """Return the first of some contexts that the function runs in, and whose."""
        return self.project.contexts.why(self.place, *contexts)


@dataclass(frozen=True, slots=True)
class Problem:
    """A line at which a rule sees its mistake; `what` names the thing that is wrong."""

    line: int
    column: int
    end: int
    what: str


def problem(spot: Spot, what: str) -> Problem:
    """Return a problem at something that was read."""
    return Problem(spot.line, spot.column, getattr(spot, "end", spot.line), what)


class Rule:
    """One mistake.

    A rule overrides those of the methods below that it needs; each is handed the facts
    of its kind, one after the other.

    Attributes:
        code: What `# noqa` and the settings call it.
        name: In a few words.
        default: Whether it is on without being asked for.
        why: Half a sentence: what happens.
        instead: What to write.
        good: The id of the guide's ✅ to copy.
        finds: The ids of the guide's ❌ that it finds.
        right_elsewhere: The ids of the guide's ✅ that it finds as well: their code is
            that of such a ❌, and works in another place.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    default: ClassVar[bool] = True
    why: ClassVar[str]
    instead: ClassVar[str]
    good: ClassVar[str]
    finds: ClassVar[tuple[str, ...]] = ()
    right_elsewhere: ClassVar[tuple[str, ...]] = ()

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        yield from ()

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        yield from ()

    def enter(self, entered: Entered, at: At) -> Iterator[Problem]:
        """Look at a `with`."""
        yield from ()

    def odd(self, oddity: Oddity, at: At) -> Iterator[Problem]:
        """Look at what is odd by itself."""
        yield from ()

    def handle(self, handler: Handler, at: At) -> Iterator[Problem]:
        """Look at an `except`."""
        yield from ()

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        yield from ()

    def klass(self, class_: Class, at: At) -> Iterator[Problem]:
        """Look at a class."""
        yield from ()
