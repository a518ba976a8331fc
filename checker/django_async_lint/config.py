"""`[tool.django-async-lint]` of pyproject.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from django_async_lint.errors import UsageError
from django_async_lint.rules import RULES

TABLE = "[tool.django-async-lint]"
KEYS = ("select", "ignore", "exclude", "per-file-ignores", "baseline")
ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Config:
    """What is chosen; `root` is the folder that its paths are seen from."""

    root: Path
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    baseline: str = ""

    def codes(self) -> list[str]:
        """Return the rules that are on: those by default, and what is selected."""
        chosen = [
            code
            for code, rule in RULES.items()
            if rule.default or any(fits(code, one) for one in self.select)
        ]
        return [c for c in chosen if not any(fits(c, one) for one in self.ignore)]


def fits(code: str, prefix: str) -> bool:
    """Whether a code is meant by a code, by the beginning of one, or by ALL."""
    return prefix == ALL or code.startswith(prefix)


def load(start: Path) -> Config:
    """Read the pyproject.toml that is nearest above a folder; none is no error.

    Raises:
        UsageError: it cannot be read, or says what is not known.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            table = _table(path)
            if table is not None:
                return _made(table, path)
    return Config(Path.cwd())


def _table(path: Path) -> Mapping[str, object] | None:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: it is not TOML: {error}. Mend it first.") from None
    table = data.get("tool", {}).get("django-async-lint")
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: {TABLE} must be a table.")
    return table


def _made(table: Mapping[str, object], path: Path) -> Config:
    for key in table:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1, cutoff=0.0)[0]
            raise UsageError(
                f"{path}: {TABLE} has no key {key!r}; the nearest is {near!r}."
            )
    per_file = table.get("per-file-ignores", {})
    if not isinstance(per_file, dict):
        raise UsageError(f"{path}: per-file-ignores must be a table of lists.")
    baseline = table.get("baseline", "")
    if not isinstance(baseline, str):
        raise UsageError(f"{path}: baseline must be the name of a file.")
    return Config(
        path.parent,
        codes(_strings(table, "select", path), f"{path}: select"),
        codes(_strings(table, "ignore", path), f"{path}: ignore"),
        _strings(table, "exclude", path),
        {
            pattern: codes(_strings(per_file, pattern, path), f"{path}: {pattern}")
            for pattern in per_file
        },
        baseline,
    )


def _strings(table: Mapping[str, object], key: str, path: Path) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise UsageError(f"{path}: {key} must be a list of strings, it is {value!r}.")
    return tuple(value)


def codes(asked: tuple[str, ...], where: str) -> tuple[str, ...]:
    """Return codes that were asked for, each of which fits a rule.

    Raises:
        UsageError: one fits none.
    """
    for one in asked:
        if not any(fits(code, one) for code in RULES):
            near = get_close_matches(one, RULES, n=1, cutoff=0.0)[0]
            raise UsageError(f"{where}: no rule {one!r}; the nearest is {near!r}.")
    return asked
