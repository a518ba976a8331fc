"""The project whose pages are proven, as `[tool.proof]` of pyproject.toml has it."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from proof.errors import ProjectError

FILE = "pyproject.toml"
VARIABLE = "PROOF_PROJECT"
"""Where a process of a run reads which project it belongs to."""
OF_THE_RUN = "{run}"
"""Stands in a value of `environment` for the folder of the run."""


@dataclass(frozen=True)
class Service:
    """A server that examples talk to, started once for a run.

    `run` is what Python is told in the folder of the Django project. It prints its
    address as its first line, and ends when its standard input does. Examples read the
    address from the environment's `variable`.
    """

    variable: str
    run: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """What is true of one project, and of no other; paths are absolute.

    Args:
        root: The folder of its pyproject.toml.
        settings: The module of Django's settings.
        source: The folder that has the Django project's packages.
        more_sources: Other folders that have packages of it, such as apps.
        docs: The folder of the pages.
        evidence: The folder of what was recorded.
        commands: The app whose management commands the examples of that place are.
        celery: Where Celery's application is, for examples with tasks.
        fixtures: What `loaddata` loads into the database that all are copied from.
        preload: Modules without settings that examples import.
        warm_up: The model that is read and saved once before the examples.
        unseen: Models whose rows are nobody's, such as sessions with random keys.
        environment: Variables for the Django project; `{run}` is the run's folder.
        services: Servers that examples talk to.
        more_commands: A module with `COMMANDS` of the project's own.
        optional: Modules that not every environment has. An example that names one did
            not run where it is not installed.
    """

    root: Path
    settings: str
    source: Path
    docs: Path
    evidence: Path
    more_sources: tuple[Path, ...] = ()
    commands: str = ""
    celery: str = ""
    fixtures: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    warm_up: str = ""
    unseen: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    services: tuple[Service, ...] = ()
    more_commands: str = ""
    optional: tuple[str, ...] = ()

    @classmethod
    def read(cls, root: Path) -> "Project":
        """Read the project of a folder.

        Raises:
            ProjectError: its pyproject.toml does not say what is needed.
        """
        path = root / FILE
        try:
            whole = tomllib.loads(path.read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ProjectError(f"{path}: cannot be read: {error}") from error
        said = whole.get("tool", {}).get("proof")
        if said is None:
            raise ProjectError(
                f"{path}: [tool.proof] is not there\n"
                '    Add it, with settings = "…", the module of Django\'s settings.'
            )
        return cls(root=root, **_values(path, root, said))

    @property
    def sources(self) -> tuple[Path, ...]:
        """Every folder in which its packages are found."""
        return (self.source, *self.more_sources)

    def variables(self, folder: Path) -> dict[str, str]:
        """Return what the processes of a run find in their environment."""
        own = {
            k: v.replace(OF_THE_RUN, str(folder)) for k, v in self.environment.items()
        }
        return own | {VARIABLE: str(self.root)}


def find(start: Path) -> Project:
    """Return the project that a run belongs to, or else that a folder is in.

    Raises:
        ProjectError: there is none, or it cannot be read.
    """
    if named := os.environ.get(VARIABLE):
        return Project.read(Path(named))
    for folder in (start, *start.parents):
        path = folder / FILE
        if path.is_file() and "[tool.proof]" in path.read_text("utf-8"):
            return Project.read(folder)
    raise ProjectError(
        f"{start}: no {FILE} with [tool.proof] here or in a folder above\n"
        "    Go into the project's folder, or add the table to its file."
    )


LISTS = frozenset({"fixtures", "preload", "unseen", "optional", "more-sources"})
"""Keys with several values."""
FOLDERS = {"source": ".", "docs": "docs", "evidence": "evidence"}
"""Where they are in a project that says nothing of them."""


def _values(path: Path, root: Path, said: dict[str, Any]) -> dict[str, Any]:
    names = {one.name.replace("_", "-") for one in fields(Project)} - {"root"}
    for name in said.keys() - names:
        raise ProjectError(
            f"{path}: [tool.proof] {name}: unknown\n"
            f"    There are {', '.join(sorted(names))}."
        )
    if not isinstance(said.get("settings"), str):
        raise ProjectError(
            f"{path}: [tool.proof] settings: expected the name of a module, "
            f"found {said.get('settings', 'nothing')!r}"
        )
    for name, value in said.items():
        _is_of_its_kind(path, name, value)
    told = {name.replace("-", "_"): one for name, one in said.items()}
    folders = {name: root / told.pop(name, usual) for name, usual in FOLDERS.items()}
    more = tuple(root / name for name in told.pop("more_sources", []))
    needed = [("source", folders["source"]), ("docs", folders["docs"])]
    for name, folder in [*needed, *(("more-sources", one) for one in more)]:
        if not folder.is_dir():
            raise ProjectError(f"{path}: [tool.proof] {name}: no folder {folder}")
    services = told.pop("services", [])
    return (
        folders
        | {"more_sources": more}
        | {
            name: tuple(one) if isinstance(one, list) else one
            for name, one in told.items()
        }
        | {"services": tuple(_service(path, one) for one in services)}
    )


def _is_of_its_kind(path: Path, name: str, value: Any) -> None:
    if name in LISTS:
        good, kind = _all_text(value), "a list of texts"
    elif name == "environment":
        good = isinstance(value, dict) and _all_text([*value.values()])
        kind = "a table of texts"
    elif name == "services":
        good = isinstance(value, list) and all(isinstance(v, dict) for v in value)
        kind = "tables, [[tool.proof.services]]"
    else:
        good, kind = isinstance(value, str), "a text"
    if not good:
        raise ProjectError(
            f"{path}: [tool.proof] {name}: expected {kind}, found {value!r}"
        )


def _all_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _service(path: Path, said: dict[str, Any]) -> Service:
    well_formed = said.keys() == {"variable", "run"} and (
        isinstance(said["variable"], str) and _all_text(said["run"])
    )
    if not well_formed:
        raise ProjectError(
            f"{path}: [[tool.proof.services]]: expected variable, a text, and run, "
            f"a list of texts, found {said}"
        )
    return Service(said["variable"], tuple(said["run"]))


PROJECT = find(Path.cwd())
ROOT = PROJECT.root
