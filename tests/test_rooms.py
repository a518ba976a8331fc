"""The plan of the house: who may import whom, and how long a chain of imports gets.

`python tests/test_rooms.py` prints the figures.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 11
"""Files in the longest chain of imports of the runner and the guide."""
LONGEST_OF_CHECKER = 18
"""And of the checker, whose rules see all that is known of a project."""
MOST_LINES, MEDIAN, MOST_OF_A_FUNCTION = 250, 110, 40
FLOORS = (
    ("django_async_lint",),
    ("proof.errors", "proof.serialize", "proof.discovery", "proof.installed"),
    ("proof.project", "proof.outcome", "proof.questions"),
    ("proof.places", "proof.lanes"),
    ("proof.watching", "proof.claims"),
    ("proof.inside",),
    ("proof.example",),
    ("proof.examples", "proof.report", "proof.verdict"),
    ("proof.reading", "proof.keeping", "proof.databases"),
    ("proof.running", "proof.judging"),
    ("proof.showing",),
    ("proof.commands",),
    ("proof.__main__",),
    ("guide",),
)
"""The rooms from the ground up: each imports from those below, and of itself."""
PACKAGES = {
    "proof": ROOT,
    "guide": ROOT,
    "django_async_lint": ROOT / "checker",
}
"""Each package, and the folder that it is in."""
MODULES = {
    ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(
        ".__init__"
    ): path
    for package, folder in PACKAGES.items()
    for path in (folder / package).rglob("*.py")
}


@cache
def imports_of(module: str) -> frozenset[str]:
    """Return the modules of these packages that a module imports.

    Late imports count, and so do the modules that a package finds by itself.
    """
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    imported = frozenset(_imported(tree))
    return imported | (_found(module) if "proof.discovery" in imported else set())


def _found(package: str) -> set[str]:
    return {one for one in MODULES if one.rpartition(".")[0] == package}


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{one.name}" for one in node.names]
            yield from {n if n in MODULES else node.module for n in names} & {*MODULES}
        elif isinstance(node, ast.Import):
            yield from {one.name for one in node.names} & {*MODULES}
        yield from _imported(node)


@cache
def chain_from(module: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the longest chain of imports that begins with a module.

    Raises:
        RecursionError: the chain leads back to itself.
    """
    if module in above:
        raise RecursionError(" → ".join((*above, module)))
    chains = (chain_from(one, (*above, module)) for one in imports_of(module))
    return (module, *max(chains, key=len, default=()))


def functions_of(module: str) -> Iterator[tuple[str, int]]:
    """Yield each function of a module with the lines that it has."""
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def room_of(module: str) -> str:
    """Return the room, or the module itself where it stands at the top."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "proof" else parts[0]


def floor_of(room: str) -> int:
    """Return on which floor a room is."""
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def test_no_chain_of_imports_is_long_or_leads_back() -> None:
    """Whoever reads a file has at most so many below it, and meets none again."""
    for own, most in ((False, LONGEST), (True, LONGEST_OF_CHECKER)):
        chains = [chain_from(one) for one in MODULES if is_checkers(one) == own]
        # Who writes the checker's data reads all of its rules; those count as its own.
        parts = [[one for one in chain if is_checkers(one) == own] for chain in chains]
        longest = max(parts, key=len)
        assert len(longest) <= most, " → ".join(longest)


def is_checkers(module: str) -> bool:
    """Whether a module is one of the checker's package."""
    return module.startswith("django_async_lint")


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"proof"}))
def test_nothing_points_up(module: str) -> None:
    """A module imports from its own room and from the rooms below."""
    floor, own = floor_of(room_of(module)), room_of(module)
    others = {one for one in imports_of(module) if room_of(one) != own}
    assert [one for one in others if floor_of(room_of(one)) >= floor] == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_can_be_read_in_one_go(module: str) -> None:
    """It says in a sentence what it is, and neither it nor a function is long."""
    text = MODULES[module].read_text("utf-8")
    first = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    assert first.endswith((".", ":"))
    assert text.count("\n") <= MOST_LINES
    assert [one for one in functions_of(module) if one[1] > MOST_OF_A_FUNCTION] == []


def test_most_modules_are_short() -> None:
    """The one in the middle has at most so many lines."""
    lines = [path.read_text("utf-8").count("\n") for path in MODULES.values()]
    assert median(lines) <= MEDIAN


if __name__ == "__main__":
    for each in sorted(map(chain_from, MODULES), key=len)[-3:]:
        print(len(each), " → ".join(each))
