"""The queue and the worker, by Celery's own signals."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from celery import signals
from django.conf import settings
from django.db import connection

from integrations.tracing import record
from integrations.tracing.steps import Steps

OURS = "integrations.tasks.resume_syncs"
"""A task that is no sync."""


def install(path: Path) -> None:
    """Listen from now on, in this process and those that it forks."""
    began = time.time()
    steps = Steps()

    def sent(sender: str, headers: dict[str, Any], **kwargs: Any) -> None:
        in_transaction = connection.in_atomic_block
        note("queued", sender, id=headers["id"], in_transaction=in_transaction)

    def starts(task: Any, task_id: str, **kwargs: Any) -> None:
        record.begin(task.name, task.request.retries + 1)
        folder = Path(sys.modules[task.__module__].__file__ or "").parent
        record.current.changed = sorted(set(_changed_since(began, folder)))
        note("started", task.name, id=task_id, pid=os.getpid())
        steps.begin(task.__module__)

    def ends(task: Any, task_id: str, state: str, **kwargs: Any) -> None:
        steps.end()
        record.current.state = state or "?"
        note("ended", task.name, id=task_id, record=record.plain())

    def note(stage: str, task: str, **what: Any) -> None:
        if task != OURS:
            record.append(path, stage, task=task, **what)

    signals.after_task_publish.connect(sent, weak=False)
    signals.task_prerun.connect(starts, weak=False)
    signals.task_postrun.connect(ends, weak=False)


def _changed_since(moment: float, folder: Path) -> Iterator[str]:
    """Yield the modules whose files are newer than the worker."""
    mine = (str(folder), str(settings.BASE_DIR))
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(mine) and "site-packages" not in file:
            path = Path(file)
            if path.exists() and path.stat().st_mtime > moment:
                yield path.name
