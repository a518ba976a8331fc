"""Each mechanism of the guide under the five probes, with one worker a lane."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from cases.rig.databases import databases
from cases.rig.host import Host, served, wait_until
from cases.rig.rig import Rig, rigged
from proof.example import Example
from proof.reading.extract import extract

CONTROL = "missing-pipeline"
ABOUT = "missing-"
PAGES = (
    "missing-raised",
    "missing-steps",
    "missing-empty",
    "missing-rows",
    "missing-keys",
)
LAST = "missing-other-connection"
"""Leaves a connection in the worker."""
TRACE_EACH = """
import io, json, os
import django
django.setup()
from django.core.management import call_command
from integrations.models import PullRequest
for name, queue in json.loads(os.environ["TRACED"]):
    PullRequest.objects.all().delete()
    said = io.StringIO()
    call_command("trace_sync", "example/engine", queue=queue, json=True, stdout=said)
    print(json.dumps({"id": name, **json.loads(said.getvalue())}), flush=True)
"""
"""One process for all, as each costs a second to start."""
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
        answers = _all_answers(rig, order)
    return {one.id: answers[one.id] for one in chosen}


@contextmanager
def worker_of(lane: str, folder: Path, chosen: list[Example]) -> Iterator[Rig]:
    """Give a run whose worker knows the tasks of all blocks."""
    places = [_write(folder, one) for one in chosen]
    with ExitStack() as stack:
        make = stack.enter_context(databases(lane, folder))
        url = stack.enter_context(served(Host()))
        settings = {"SYNC_TRACE": str(folder / "trace")}
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


def _all_answers(rig: Rig, chosen: list[Example]) -> dict[str, Answers]:
    """Trace one after the other, in one process of the project."""
    told = json.dumps([(one.id, _queue(one)) for one in chosen])
    said = rig.run("-c", TRACE_EACH, TRACED=told)
    found = {one["id"]: one for one in map(json.loads, said.splitlines())}
    return {name: _answers(one) for name, one in found.items()}


def _queue(example: Example) -> str:
    """Return what queues the sync of a block."""
    if example.id == CONTROL:
        return "integrations.tasks.sync_repository.delay"
    called = (example.call or "").partition("(")[0]
    return f"{example.id.replace('-', '_')}.{called}"


def _answers(found: dict[str, Any]) -> Answers:
    rows = found["rows"]
    left = ", ".join(str(rows[one]) for one in ("pull requests", "commits", "files"))
    return {**found["probes"], "rows": left}
