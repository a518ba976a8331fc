"""`manage.py trace_sync REPOSITORY`: follow one sync from the queue to the commit."""

import json
import os
import pydoc
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from integrations.models import TrackedRepository
from integrations.services import rows_of
from integrations.tracing.probes import PROBES, Note, last_attempt

USUAL = "integrations.tasks.sync_repository.delay"


class Command(BaseCommand):
    """Queue a sync, wait for its worker, and print what reached each stage."""

    help = "Queue a sync, and print what reached each stage. Needs SYNC_TRACE."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the repository, and what queues its sync."""
        parser.add_argument("repository", help="owner and name")
        parser.add_argument("--queue", default=USUAL, help="called with its id")
        parser.add_argument("--timeout", type=float, default=60.0, help="seconds")
        parser.add_argument("--json", action="store_true", help="for another program")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        path = _trace_file()
        repository = _repository(options["repository"])
        begin = path.stat().st_size if path.exists() else 0
        # Before it is called: what is imported now is what is on the disk.
        queue = pydoc.locate(options["queue"])
        if not callable(queue):
            raise CommandError(f"nothing to call at {options['queue']}")
        queue(repository.pk)
        notes = list(_notes_until_the_end(path, begin, options["timeout"]))
        connection.close()
        rows = rows_of(repository.pk)
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(notes, rows)))
        else:
            self.stdout.writelines(f"{line}\n" for line in _lines(notes, rows))


def _trace_file() -> Path:
    if not settings.SYNC_TRACE:
        raise CommandError(
            "SYNC_TRACE names no file. Start the worker and this command with it: "
            "SYNC_TRACE=/tmp/sync.trace"
        )
    return Path(settings.SYNC_TRACE)


def _repository(name: str) -> TrackedRepository:
    found = TrackedRepository.objects.filter(full_name=name).first()
    if found is None:
        raise CommandError(f"no repository {name} is tracked")
    return found


def _notes_until_the_end(path: Path, begin: int, timeout: float) -> Iterator[Note]:
    """Wait until each task that was queued has ended, as long as it may take."""
    deadline = time.monotonic() + timeout
    while True:
        notes = _notes(path, begin)
        queued = {one["id"] for one in notes if one["stage"] == "queued"}
        done = {one["id"] for one in notes if one["stage"] == "ended" and _last(one)}
        if (queued and queued <= done) or time.monotonic() > deadline:
            yield from notes
            return
        time.sleep(0.05)


def _last(note: Note) -> bool:
    return bool(note["record"]["state"] != "RETRY")


def _notes(path: Path, begin: int) -> list[Note]:
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(begin, os.SEEK_SET)
        return [json.loads(line) for line in file.read().splitlines()]


def _as_data(notes: list[Note], rows: Mapping[str, int]) -> dict[str, Any]:
    probes = {one.name: one.read(notes) for one in PROBES}
    return {"probes": probes, "rows": rows, "record": last_attempt(notes)}


def _lines(notes: list[Note], rows: Mapping[str, int]) -> Iterator[str]:
    """Yield a line for each stage, then one for each probe."""
    record = last_attempt(notes)
    for stage in ("queued", "started", "ended"):
        count = sum(one["stage"] == stage for one in notes)
        yield f"{stage:11} {count} {'time' if count == 1 else 'times'}"
    yield f"{'fetched':11} {_in_words(dict(sorted(record.get('items', {}).items())))}"
    for name in {**record.get("called", {}), **record.get("begun", {})}:
        if not name.startswith("_"):
            begun, ended = (record[one].get(name, 0) for one in ("begun", "ended"))
            yield f"{'step':11} {name}: begun {begun}, ended {ended}"
    yield f"{'sent':11} {_in_words(record.get('statements', {}))}"
    yield f"{'ended by':11} {_in_words(record.get('endings', {}))}"
    yield f"{'committed':11} {_in_words(rows)}"
    yield ""
    for number, probe in enumerate(PROBES, 1):
        answer = probe.read(notes)
        mark = " " if answer == probe.usual else "←"
        yield f"{number} {probe.name:11} {answer} {mark}".rstrip()


def _in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"
