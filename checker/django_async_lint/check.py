"""Files in, findings out."""

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django_async_lint.cache import Cache
from django_async_lint.config import Config
from django_async_lint.errors import UnreadableFile
from django_async_lint.excuses import excused
from django_async_lint.facts import Module
from django_async_lint.files import excluded, find, module_name, shown
from django_async_lint.finding import Finding
from django_async_lint.guide import address
from django_async_lint.project.project import Project
from django_async_lint.reading.read import read
from django_async_lint.rules import RULES
from django_async_lint.rules.look import Looker

PARALLEL = 64
"""From so many files on, more than one process reads them."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, in which files, and what could not be read."""

    findings: tuple[Finding, ...]
    files: int
    unreadable: tuple[UnreadableFile, ...] = field(default=())


def check(
    paths: Sequence[str], config: Config, cache: Cache | None = None, jobs: int = 0
) -> Result:
    """Check all files at or below some paths, as one project."""
    files = find(paths, config.exclude, config.root)
    modules, unreadable = read_all(files, config.root, cache, jobs)
    project = Project(modules)
    looker = Looker((RULES[code] for code in config.codes()), project)
    found: set[Finding] = set()
    for module in modules:
        here = _findings(looker, module, config)
        lines = _lines(config.root / module.path)
        found |= {_with_source(one, lines) for one in excused(here, module)}
    return Result(tuple(sorted(found)), len(files), tuple(unreadable))


def read_all(
    files: Sequence[Path], root: Path, cache: Cache | None, jobs: int
) -> tuple[list[Module], list[UnreadableFile]]:
    """Read files, in several processes where that is worth it."""
    jobs = jobs or os.cpu_count() or 1
    one = partial(_read, root=root, cache=cache)
    if cache is not None:
        cache.prepare()
    if jobs == 1 or len(files) < PARALLEL:
        # Trees are dropped one by one; to look for circles in them costs a third.
        was_on = gc.isenabled()
        gc.disable()
        try:
            done: Iterable[Module | UnreadableFile] = [one(path) for path in files]
        finally:
            if was_on:
                gc.enable()
    else:
        with ProcessPoolExecutor(jobs, initializer=gc.disable) as pool:
            done = list(pool.map(one, files, chunksize=16))
    results = list(done)
    return (
        [each for each in results if isinstance(each, Module)],
        [each for each in results if isinstance(each, UnreadableFile)],
    )


def _read(path: Path, root: Path, cache: Cache | None) -> Module | UnreadableFile:
    name, seen = module_name(path), shown(path, root)
    try:
        source = path.read_bytes()
    except OSError as error:
        return UnreadableFile(seen, 1, error.strerror or str(error))
    key = cache.key(source, seen, name) if cache is not None else ""
    kept = cache.load(key) if cache is not None else None
    if kept is not None:
        return kept
    try:
        module = read(source, seen, name, is_package=path.stem == "__init__")
    except UnreadableFile as error:
        return error
    if cache is not None:
        cache.keep(key, module)
    return module


def _findings(looker: Looker, module: Module, config: Config) -> Iterator[Finding]:
    ignored = [
        code
        for pattern, codes in config.per_file.items()
        if excluded(module.path, [pattern])
        for code in codes
    ]
    for rule, _, problem in looker.look(module):
        if not any(rule.code.startswith(one) for one in ignored):
            where = (module.path, problem.line, problem.column, rule.code)
            yield Finding(
                *where, problem.what, rule.why, rule.instead, address(rule.good)
            )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _with_source(one: Finding, lines: Sequence[str]) -> Finding:
    text = lines[one.line - 1].strip() if 0 < one.line <= len(lines) else ""
    return Finding(
        one.path,
        one.line,
        one.column,
        one.code,
        one.what,
        one.why,
        one.instead,
        one.address,
        text,
    )
