"""What one module says, as far as rules need it: no tree, only plain data.

A module is read once, by itself, and what was read can be kept. What it means is only
known together with the other modules: that is the project's.
"""

from dataclasses import dataclass, field
from typing import Literal

from django_async_lint.values import Value

Usage = Literal[
    "statement",
    "condition",
    "await",
    "argument",
    "iterate",
    "return",
    "assign",
    "attribute",
    "text",
    "called",
    "other",
]


@dataclass(slots=True)
class Argument:
    """One argument of a call: its keyword or "", its value, its constant, its name."""

    keyword: str
    value: Value | None = None
    constant: str = ""
    spelled: str = ""


@dataclass(slots=True)
class Call:
    """A call: of a dotted name, or of a method of something.

    `function` is the index of the function that it is in, -1 for the module.
    `atomic` is the line of the `with atomic` around it in that function, 0 for none.
    `handed_to` is the name of the call whose argument it is. `loops` are the
    variables of the `for` loops around it. `maybe` says that the function can end
    without it.
    """

    line: int
    column: int
    end: int
    function: int
    name: str
    method: str
    receiver: Value | None
    arguments: list[Argument]
    usage: Usage
    atomic: int = 0
    handed_to: str = ""
    loops: list[str] = field(default_factory=list)
    timed: int = 0
    browser: int = 0
    dropped: bool = False
    maybe: bool = False

    def argument(self, keyword: str) -> Argument | None:
        """Return the argument that was passed by a keyword."""
        return next((a for a in self.arguments if a.keyword == keyword), None)

    @property
    def first(self) -> Value | None:
        """The value of the first positional argument."""
        for one in self.arguments:
            if not one.keyword:
                return one.value
        return None


@dataclass(slots=True)
class Use:
    """A value used in a way that may run a query, or be a mistake.

    `how` is "condition", "iterate", "async iterate", "length", "text", "item",
    "attribute" or "await".
    """

    line: int
    column: int
    end: int
    function: int
    how: str
    value: Value
    detail: str = ""
    maybe: bool = False


@dataclass(slots=True)
class Entered:
    """A `with` or an `async with`, what it enters, the last line of its body.

    `loops` is how many loops are around it.
    """

    line: int
    column: int
    end: int
    function: int
    is_async: bool
    value: Value
    awaits: int = 0
    atomic: int = 0
    last: int = 0
    loops: int = 0


@dataclass(slots=True)
class Handler:
    """An `except` by what it and those before it catch, "" for all; or a `finally`.

    `first` and `until` are the lines of what it guards. `quiet` says that it does
    nothing but log, and `cleans` that its `try` has a `finally`.
    """

    line: int
    column: int
    end: int
    function: int
    catches: list[str]
    siblings: list[str]
    first: int
    until: int
    raises: bool
    quiet: bool
    cleans: bool


@dataclass(slots=True)
class Oddity:
    """A place that is odd by its syntax alone, such as `await` in a sync function."""

    line: int
    column: int
    end: int
    function: int
    what: str
    detail: str = ""


@dataclass(slots=True)
class Decorator:
    """A decorator by its dotted name, with the constants that it was called with."""

    name: str
    line: int
    constants: list[Argument]


@dataclass(slots=True)
class Function:
    """A function, a method or a lambda, by its dotted name."""

    name: str
    line: int
    column: int
    is_async: bool
    is_generator: bool
    parameters: list[str]
    annotations: dict[str, str]
    decorators: list[Decorator]
    owner: str = ""
    parent: int = -1
    returns: list[Value] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)
    tested: list[str] = field(default_factory=list)

    @property
    def short(self) -> str:
        """The name without its module."""
        return self.name.rpartition(".")[2]

    @property
    def is_lambda(self) -> bool:
        """Whether it is a lambda."""
        return self.short.startswith("<lambda")


@dataclass(slots=True)
class Field:
    """A relation of a model: "ForeignKey", "OneToOneField" or "ManyToManyField"."""

    kind: str
    to: str
    reverse: str = ""


@dataclass(slots=True)
class Class:
    """A class: bases, methods by the index of their function, relations, attributes."""

    name: str
    line: int
    column: int
    bases: list[str]
    methods: dict[str, int] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    attributes: dict[str, Value] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    decorators: list[Decorator] = field(default_factory=list)


@dataclass(slots=True)
class Variable:
    """A variable of a module, and what is known of its value."""

    line: int
    column: int
    value: Value


@dataclass(slots=True)
class Excuse:
    """A comment `# noqa: CODE reason`, by its line."""

    line: int
    column: int
    codes: list[str]
    reason: str


@dataclass(slots=True)
class Module:
    """All that was read in one file."""

    name: str
    path: str
    is_package: bool
    imports: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    handlers: list[Handler] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    excuses: list[Excuse] = field(default_factory=list)
    rebound: list[str] = field(default_factory=list)
