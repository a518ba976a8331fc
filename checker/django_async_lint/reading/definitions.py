"""What the definition of a function, a lambda or a class says."""

import ast
from contextlib import suppress

from django_async_lint.facts import Argument, Class, Decorator, Field, Function
from django_async_lint.reading.scope import MODULE, Definition, Scope
from django_async_lint.values import Value

RELATIONS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})
NO_PARAMETERS = ast.arguments([], [], None, [], [], None, [])


def function(scope: Scope, node: Definition) -> None:
    """Note a function; its body is read once the code around it has been."""
    name = f"{scope.prefix or scope.module.name}.{node.name}".lstrip(".")
    decorators = [_decorator(scope, one) for one in node.decorator_list]
    defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    for one in defaults:
        scope.expression(one)
    in_class = bool(scope.owner) and scope.index == MODULE
    made = Function(
        name,
        node.lineno,
        node.col_offset + 1,
        isinstance(node, ast.AsyncFunctionDef),
        False,
        _parameters(node.args),
        _annotations(scope, node.args),
        decorators,
        scope.owner if in_class else "",
        scope.index,
        free=_free(node, scope.loops) if scope.loops else [],
        defaults=_defaults(node.args),
    )
    index = _note(scope, made)
    if in_class:
        owner = scope.module.classes[-1]
        owner = next(c for c in reversed(scope.module.classes) if c.name == scope.owner)
        owner.methods[node.name] = -1 if node.name in owner.methods else index
    else:
        scope.bind(node.name, Value("name", name))
    inner = scope.inner(index, name, is_async=made.is_async)
    if in_class:
        inner.env = {}
    _bind_parameters(inner, made, method=in_class)
    scope.book.later.append((node, inner))


def _note(scope: Scope, made: Function) -> int:
    scope.module.functions.append(made)
    return len(scope.module.functions) - 1


def read_lambda(scope: Scope, node: ast.Lambda) -> Value:
    """Note a lambda, which is read where it stands."""
    scope.book.lambdas += 1
    name = f"{scope.prefix or scope.module.name}.<lambda {scope.book.lambdas}>"
    made = Function(
        name,
        node.lineno,
        node.col_offset + 1,
        False,
        False,
        _parameters(node.args),
        {},
        [],
        parent=scope.index,
        free=_free(node, scope.loops) if scope.loops else [],
    )
    index = _note(scope, made)
    inner = scope.inner(index, name, is_async=False)
    inner.env = dict(scope.env)
    inner.quiet = scope.quiet
    _bind_parameters(inner, made, method=False)
    value = inner.expression(node.body, "return")
    if value:
        made.returns.append(value.at(node.lineno))
    return Value("lambda", name, inner=value, line=node.lineno)


def _free(node: Definition | ast.Lambda, loops: list[str]) -> list[str]:
    """Return the variables of the loops around that the function reads."""
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    found = {n.id for b in body for n in ast.walk(b) if isinstance(n, ast.Name)}
    return sorted(found & {*loops} - {*_parameters(node.args)})


def _parameters(args: ast.arguments) -> list[str]:
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [one.arg for one in every if one is not None]


def _defaults(args: ast.arguments) -> dict[str, str]:
    """Return the parameters that have a constant as their default."""
    positional = [*args.posonlyargs, *args.args]
    last = positional[len(positional) - len(args.defaults) :]
    named = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    pairs = [*zip(last, args.defaults, strict=True), *named]
    return {
        one.arg: repr(default.value)
        for one, default in pairs
        if isinstance(default, ast.Constant)
    }


def _annotations(scope: Scope, args: ast.arguments) -> dict[str, str]:
    found = {}
    for one in (*args.posonlyargs, *args.args, *args.kwonlyargs):
        name = dotted(scope, one.annotation) if one.annotation is not None else ""
        if name:
            found[one.arg] = name
    return found


def dotted(scope: Scope, node: ast.expr) -> str:
    """Return the dotted name of an annotation; of `X | None` that of X."""
    found = ""
    match node:
        case ast.Constant(value=str(text)):
            with suppress(SyntaxError):
                found = dotted(scope, ast.parse(text, mode="eval").body)
        case ast.BinOp(left=left, right=right):
            found = dotted(scope, left) or dotted(scope, right)
        case ast.Subscript(value=outer, slice=inner):
            found = dotted(scope, outer)
            if found.endswith(".Optional"):
                found = dotted(scope, inner)
        case ast.Attribute(value=base, attr=name):
            of = dotted(scope, base)
            found = f"{of}.{name}" if of else ""
        case ast.Name(id=name):
            value = scope.look_up(name)
            found = value.name if value and value.kind == "name" else ""
    return found


def _bind_parameters(inner: Scope, made: Function, *, method: bool) -> None:
    for name in made.parameters:
        of = made.annotations.get(name)
        inner.env[name] = Value("result", of) if of else Value("parameter", name)
    static = any(one.name == "builtins.staticmethod" for one in made.decorators)
    if method and made.parameters and not static:
        inner.env[made.parameters[0]] = Value("name", made.owner)


def _decorator(scope: Scope, node: ast.expr) -> Decorator:
    called = node.func if isinstance(node, ast.Call) else node
    value = scope.expression(called, "called")
    name = value.name if value and value.kind == "name" else ""
    if not name and isinstance(called, ast.Attribute):
        name = f"?.{called.attr}"
    constants = []
    if isinstance(node, ast.Call):
        scope.expression(node)
        given = [("", one) for one in node.args]
        given += [(one.arg or "**", one.value) for one in node.keywords]
        for keyword, inner in given:
            constants.append(Argument(keyword, None, _constant(scope, inner)))
    return Decorator(name, node.lineno, constants)


def _constant(scope: Scope, node: ast.expr) -> str:
    """Return a constant as it is written; of a tuple or list the names in it."""
    if isinstance(node, ast.Tuple | ast.List):
        return ",".join(dotted(scope, one) or "?" for one in node.elts)
    return repr(node.value) if isinstance(node, ast.Constant) else "?"


def class_(scope: Scope, node: ast.ClassDef) -> None:
    """Note a class, and read its body."""
    name = f"{scope.prefix or scope.module.name}.{node.name}".lstrip(".")
    bases = [scope.expression(one) for one in node.bases]
    for keyword in node.keywords:
        scope.expression(keyword.value)
    dotted = [one.name if one and one.kind == "name" else "?" for one in bases]
    decorators = [_decorator(scope, one) for one in node.decorator_list]
    made = Class(name, node.lineno, node.col_offset + 1, dotted, decorators=decorators)
    scope.module.classes.append(made)
    inner = Scope(scope.book, MODULE, dict(scope.env), name, name)
    inner.block(node.body)
    for one in node.body:
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
            _class_attribute(inner, made, one.targets[0].id, one.value)
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            _class_attribute(inner, made, one.target.id, one.value)
        elif isinstance(one, ast.ClassDef) and one.name == "Meta":
            made.plain.append("Meta")
    scope.bind(node.name, Value("name", name))


def _class_attribute(
    scope: Scope, made: Class, name: str, source: ast.expr | None
) -> None:
    value = scope.env.get(name)
    if value is not None:
        made.attributes.setdefault(name, value)
    if not isinstance(source, ast.Call) or value is None:
        made.plain.append(name)
        return
    kind = value.name.rpartition(".")[2]
    if kind in RELATIONS:
        made.fields[name] = Field(kind, _to(scope, source), _reverse(source))


def _to(scope: Scope, source: ast.Call) -> str:
    """Return the dotted name of the model that a relation leads to, or as written."""
    named = [one.value for one in source.keywords if one.arg == "to"]
    target = next(iter([*source.args, *named]), None)
    if isinstance(target, ast.Constant) and isinstance(target.value, str):
        return f"'{target.value}"
    value = scope.expression(target) if target is not None else None
    return value.name if value and value.kind == "name" else ""


def _reverse(source: ast.Call) -> str:
    for one in source.keywords:
        if one.arg == "related_name" and isinstance(one.value, ast.Constant):
            return str(one.value.value)
    return ""
