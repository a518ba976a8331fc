"""Each mechanism of the guide under the five probes, with one worker a lane."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from proof.example import Example
from proof.extract import extract
from tools.pipeline.databases import databases
from tools.pipeline.host import Host, served, wait_until
from tools.pipeline.rig import Rig, rigged

CONTROL = "missing-pipeline"
ABOUT = "missing-"
PAGES = (
    "missing-raised", "missing-steps", "missing-empty", "missing-rows", "missing-keys",
)  # fmt: skip
LAST = "missing-other-connection"
"""Leaves a connection in the worker."""
EMPTIED = (
    "DELETE FROM integrations_review",
    "DELETE FROM integrations_commit",
    "DELETE FROM integrations_pullrequestfile",
    "DELETE FROM integrations_pullrequest",
)
Answers = dict[str, str]


def mechanisms() -> list[Example]:
    """Return each ❌ of the pages on mechanisms, and the pipeline, in their order."""
    every = extract()
    found = [one for one in every if one.page in PAGES and not one.good]
    found.sort(key=lambda one: (PAGES.index(one.page), one.start))
    control = next(one for one in every if one.id == CONTROL)
    return [control, *found]


def probed(lane: str, folder: Path) -> dict[str, Answers]:
    """Return how each mechanism answers each probe in a lane.

    Raises:
        AssertionError: a run did not come to its end.
    """
    chosen = mechanisms()
    with worker_of(lane, folder, chosen) as rig:
        order = sorted(chosen, key=lambda one: one.id == LAST)
        answers = {one.id: _answers(rig, one) for one in order}
    return {one.id: answers[one.id] for one in chosen}


@contextmanager
def worker_of(lane: str, folder: Path, chosen: list[Example]) -> Iterator[Rig]:
    """Give a run whose worker knows the tasks of all blocks."""
    places = [_write(folder, one) for one in chosen]
    with ExitStack() as stack:
        make = stack.enter_context(databases(lane, folder))
        url = stack.enter_context(served(Host()))
        settings = {"SYNC_TRACE": str(folder / "trace"), "PYTHONDONTWRITEBYTECODE": "1"}
        rig = stack.enter_context(rigged(folder / "run", make(), url, **settings))
        rig.paths = places
        names = ",".join(["integrations.tasks", *(one.name for one in places)])
        rig.start_worker("--include", names)
        assert wait_until(lambda: " ready." in rig.log()), rig.log()
        yield rig


def _write(folder: Path, example: Example) -> Path:
    """Write a block as a module, in a folder of its own."""
    name = example.id.replace("-", "_")
    place = folder / name
    place.mkdir()
    (place / f"{name}.py").write_text(example.code, "utf-8")
    return place


def _answers(rig: Rig, example: Example) -> Answers:
    for statement in EMPTIED:
        rig.change(statement)
    called = (example.call or "").partition("(")[0]
    queue = f"{example.id.replace('-', '_')}.{called}"
    if example.id == CONTROL:
        queue = "integrations.tasks.sync_repository.delay"
    said = rig.manage("trace_sync", "example/engine", "--json", "--queue", queue)
    found = json.loads(said)
    rows = found["rows"]
    left = ", ".join(str(rows[one]) for one in ("pull requests", "commits", "files"))
    answers: Answers = {**found["probes"], "rows": left}
    return answers
