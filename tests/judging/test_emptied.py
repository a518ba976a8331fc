"""A ✅ whose code does nothing is refuted: what it claims is its code's doing."""

import ast
from collections.abc import Mapping
from dataclasses import replace

import pytest
from pages import EXAMPLES

from proof.example import Example
from proof.judging.check import verdict_on
from proof.running.run import run

GOOD = [
    one
    for one in EXAMPLES
    if one.good
    # Where its Django is too old, a ✅ claims that it fails.
    and any(claim.good for claim in one.claims_for("sqlite"))
]
SETS_UP = ("django.setup", "sys.path.insert", "os.environ.setdefault")
"""What a script does before its own work."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Emptied(ast.NodeTransformer):
    """Leaves imports, names, classes and functions; no function does anything."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Empty a function."""
        return _without_body(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Empty a coroutine function."""
        return _without_body(node)

    def visit_Module(self, node: ast.Module) -> ast.AST:
        """Leave out what a script does at its top level, but for its set-up."""
        node.body = [one for one in node.body if not _works(one)]
        return self.generic_visit(node)


def _without_body(node: Function) -> Function:
    node.body = [ast.Pass()]
    return node


def _works(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return not ast.unparse(statement).startswith(SETS_UP)
    return isinstance(statement, ast.With | ast.For | ast.Try | ast.While)


def emptied(example: Example) -> Example:
    """Return an example that claims the same of code that does nothing."""
    code = ast.unparse(Emptied().visit(ast.parse(example.code))) + "\n"
    return replace(example, code=code, under=example.under[:1])


@pytest.fixture(scope="module")
def holds() -> Mapping[str, bool | str]:
    """Whether each ✅ holds on SQLite with its code emptied, or why it did not run."""
    examples = [emptied(one) for one in GOOD]
    others = [one for one in EXAMPLES if one not in GOOD]
    report = run(examples, EXAMPLES, ["sqlite"])
    verdicts = [verdict_on(one, [*examples, *others]) for one in report.outcomes]
    assert verdicts, report.left_out
    unmet = {name: reason for (name, _), reason in report.unmet.items()}
    return {**unmet, **{one.example.id: one.holds for one in verdicts}}


@pytest.mark.parametrize("example", GOOD, ids=lambda one: one.id)
def test_without_its_code_it_is_refuted(
    example: Example, holds: Mapping[str, bool | str]
) -> None:
    """What a ✅ claims does not hold for the same block with all bodies emptied."""
    seen = holds[example.id]
    if isinstance(seen, str):
        pytest.skip(f"it did not run, because {seen}")
    if seen:
        pytest.fail(
            f"{example} {example.title}\n"
            "  holds although its functions do nothing, so it shows nothing\n"
            "    next:    claim what only its code can bring about",
            pytrace=False,
        )


def test_what_is_emptied() -> None:
    """Imports, decorators and classes stay; bodies and top-level work go."""
    code = (
        "import django\n@task\ndef act(pk):\n    save(pk)\n\n"
        "class C:\n    def m(self):\n        return 1\n\ndjango.setup()\nact(7)\n"
    )
    assert ast.unparse(Emptied().visit(ast.parse(code))) == (
        "import django\n\n@task\ndef act(pk):\n    pass\n\n"
        "class C:\n\n    def m(self):\n        pass\ndjango.setup()"
    )
