"""Where a statement is read: the names that are known there, and what is around it."""

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django_async_lint.facts import Argument, Call, Function, Module, Oddity, Usage, Use
from django_async_lint.values import Value

BUILTINS = frozenset(dir(builtins))
MODULE, MAIN = -1, -2
"""The index of no function: code that runs at import, and below `__main__`."""
Env = dict[str, Value | None]
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True)
class Book:
    """One module while it is read; `later` are the bodies that wait their turn.

    Code stands in code to any depth, so whoever reads a part needs who reads the whole:
    `read_expression` and `read_block` are kept here.
    """

    module: Module
    read_expression: Callable[["Scope", ast.expr, Usage], Value | None]
    read_block: Callable[["Scope", Sequence[ast.stmt]], bool]
    top: Env = field(default_factory=dict)
    later: list[tuple[Definition, "Scope"]] = field(default_factory=list)
    lambdas: int = 0


@dataclass(slots=True)
class Scope:
    """One function while it is read, or the module itself."""

    book: Book
    index: int = MODULE
    env: Env = field(default_factory=dict)
    owner: str = ""
    prefix: str = ""
    is_async: bool = False
    atomic: int = 0
    timed: int = 0
    browser: int = 0
    handed_to: str = ""
    awaits: int = 0
    loops: list[str] = field(default_factory=list)
    quiet: bool = False
    branches: int = 0

    @property
    def module(self) -> Module:
        """The module's facts."""
        return self.book.module

    @property
    def function(self) -> Function | None:
        """The function's facts, None for the module."""
        return self.module.functions[self.index] if self.index >= 0 else None

    def expression(self, node: ast.expr, usage: Usage = "other") -> Value | None:
        """Read an expression, and return what is known of its value."""
        return self.book.read_expression(self, node, usage)

    def block(self, body: Sequence[ast.stmt]) -> bool:
        """Read statements; return whether what follows is never reached."""
        return self.book.read_block(self, body)

    def look_up(self, name: str) -> Value | None:
        """Return what is known of a name."""
        if name in self.env:
            return self.env[name]
        if name in self.book.top:
            return self.book.top[name]
        found = self.module.imports.get(name)
        if found is None:
            found = f"builtins.{name}" if self._is_builtin(name) else self.global_(name)
        return Value("name", found)

    def _is_builtin(self, name: str) -> bool:
        return name in BUILTINS and name not in self.module.rebound

    def global_(self, name: str) -> str:
        """Return the dotted name of something that the module defines."""
        return f"{self.module.name}.{name}" if self.module.name else name

    def bind(self, name: str, value: Value | None) -> None:
        """Let a name have a value from here on."""
        self.env[name] = value

    def inner(self, index: int, prefix: str, *, is_async: bool) -> "Scope":
        """Return the scope of a function in this one."""
        env = dict(self.env) if self.index >= 0 or self.owner else {}
        return Scope(self.book, index, env, self.owner, prefix, is_async)

    @contextmanager
    def handing(self, to: str) -> Iterator[None]:
        """Read the arguments of a call."""
        before, self.handed_to = self.handed_to, to
        try:
            yield
        finally:
            self.handed_to = before

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Read what may not be reached."""
        self.branches += 1
        try:
            yield
        finally:
            self.branches -= 1

    def call(
        self,
        node: ast.Call,
        target: Value | None,
        arguments: list[Argument],
        usage: Usage,
    ) -> None:
        """Note a call."""
        named = target is not None and target.kind == "name"
        attribute = isinstance(node.func, ast.Attribute)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        receiver = target.inner if target and target.kind == "method" else target
        self.module.calls.append(
            Call(
                node.lineno,
                node.col_offset + 1,
                node.end_lineno or node.lineno,
                self.index,
                target.name if target and named else "",
                method if attribute else "",
                None if named else receiver,
                arguments,
                usage,
                self.atomic,
                self.handed_to,
                list(self.loops),
                self.timed,
                self.browser,
                maybe=self.branches > 0,
            )
        )

    def use(self, node: ast.expr, how: str, value: Value, detail: str = "") -> None:
        """Note that a value is used in a way that matters."""
        if not self.quiet:
            end = node.end_lineno or node.lineno
            at = (node.lineno, node.col_offset + 1, end, self.index)
            maybe = self.branches > 0
            self.module.uses.append(Use(*at, how, value, detail, maybe))

    def odd(self, node: ast.expr | ast.stmt, what: str, detail: str = "") -> None:
        """Note what is odd by itself."""
        end = node.end_lineno or node.lineno
        at = (node.lineno, node.col_offset + 1, end, self.index)
        self.module.oddities.append(Oddity(*at, what, detail))
