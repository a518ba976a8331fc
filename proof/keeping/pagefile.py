"""A file of evidence: what was seen of one page's examples, written to be read.

It is JSON with sorted keys. Lines break where a person looks for one thing: a
statement, a row, a lane's edition is a line, and so is what is short. Each example has
a digest of its own, so that two branches that record two examples do not conflict.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from proof.errors import EvidenceError
from proof.project import ROOT

Facts = Mapping[str, Any]
WIDTH = 88
"""As wide a value may be that is not broken into its parts."""
LEVELS = 6
"""How deep lines break: the file, examples, one, its groups, one, its fields."""
ANEW = "Undo the edit; or delete the file and record it anew: make record"


def text_of(page: str, examples: Mapping[str, Facts]) -> str:
    """Return the file of a page."""
    sealed = {
        name: {**one, "digest": _digest(page, name, one)}
        for name, one in examples.items()
    }
    return f"{lined({'examples': sealed, 'page': page}, LEVELS)}\n"


def read(path: Path, folder: Path) -> dict[str, Facts]:
    """Return what stands in a file of a folder of evidence, by example.

    Raises:
        EvidenceError: it is not what `text_of` wrote for that page.
    """
    text = path.read_text("utf-8")
    with readable(path):
        data = json.loads(text, object_pairs_hook=_once)
        page, examples = str(data["page"]), dict(data["examples"].items())
        edited = [name for name, one in examples.items() if not _fits(page, name, one)]
    own = folder / f"{page}.json"
    if path != own:
        raise _misplaced(path, own)
    for name in edited:
        raise EvidenceError(
            f"{shown(path)}:{line_of(text, name)}: the evidence of {name} was edited "
            f"by hand: its content does not fit its digest\n    {ANEW} ARGS={page}"
        )
    return examples


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn whatever is wrong with a file's form into an error that names the file.

    Raises:
        EvidenceError: the file is not recorded evidence.
    """
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, json.JSONDecodeError):
            line, why = error.lineno, str(error)
        else:
            line, why = 1, f"{type(error).__name__}: {error}"
        raise EvidenceError(
            f"{shown(path)}:{line}: this is not recorded evidence ({why})\n    {ANEW}"
        ) from error


def lined(value: Any, levels: int, indent: int = 0) -> str:
    """Return JSON whose lines break above that many levels, and not below."""
    flat = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or levels == 0:
        return flat
    if levels == 1 and len(flat) <= WIDTH and not _has_rows(value):
        return flat
    keys = sorted(value) if isinstance(value, dict) else range(len(value))
    parts = [lined(value[key], levels - 1, indent + 1) for key in keys]
    if isinstance(value, dict):
        names = (json.dumps(key, ensure_ascii=False) for key in keys)
        parts = [f"{name}: {part}" for name, part in zip(names, parts, strict=True)]
    # Half of all lines are rows: their place is theirs without a margin.
    apart = "\n" if _is_table(value) else "\n" + " " * (indent + 1)
    return f"{flat[0]}{apart}{f',{apart}'.join(parts)}\n{' ' * indent}{flat[-1]}"


def line_of(text: str, example: str) -> int:
    """Return the line of a file at which an example begins, 1 if none does."""
    before, found, _ = text.partition(f"\n  {json.dumps(example)}: {{")
    return before.count("\n") + 2 if found else 1


def shown(path: Path) -> Path:
    """Return a path as a message names it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _has_rows(value: dict[str, Any] | list[Any]) -> bool:
    """Whether each part has a line of its own, however short, as a statement has."""
    parts = value.values() if isinstance(value, dict) else value
    return any(isinstance(one, dict | list) for one in parts)


def _is_table(value: dict[str, Any] | list[Any]) -> bool:
    """Whether each part is a row, such as a statement."""
    return isinstance(value, list) and all(isinstance(one, list) for one in value)


def _misplaced(path: Path, own: Path) -> EvidenceError:
    then = (
        f"Delete {shown(path)}, which is a copy"
        if own.exists()
        else "Give it that name again; or delete it and record the page: make record"
    )
    return EvidenceError(
        f"{shown(path)}:1: this is the evidence of a page whose file is {shown(own)}\n"
        f"    {then}"
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a mapping; a key that stands there twice, after a merge, is refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{double}" stands there twice')
    return found


def _fits(page: str, name: str, example: dict[str, Any]) -> bool:
    return bool(example.pop("digest") == _digest(page, name, example))


def _digest(page: str, name: str, example: Facts) -> str:
    """Return what changes when anything of an example's evidence does, or its place."""
    text = json.dumps([page, name, example], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
