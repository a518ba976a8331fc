"""The Celery application: `celery -A config worker` finds it here."""

import json
import os
import time
from pathlib import Path
from typing import Any

from celery import Celery
from kombu.transport import filesystem

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def put(channel: Any, queue: str, payload: Any, **kwargs: Any) -> None:
    """Write a message beside its place, then move it there.

    Kombu writes in place. A worker that looks at this very moment reads an empty
    message, and ends.
    """
    name = f"{time.monotonic_ns()}_{os.getpid()}.{queue}.msg"
    folder = Path(channel.data_folder_out)
    beside = folder / f"{name}.new"
    beside.write_text(json.dumps(payload), "utf-8")
    beside.replace(folder / name)


bind_at_once = filesystem.Channel._queue_bind


def bind(channel: Any, *names: str) -> None:
    """Declare a queue while no other process does.

    Kombu makes the file of an exchange, and then writes it. A process that looks
    between the two reads an empty table, and ends.
    """
    channel.control_folder.mkdir(exist_ok=True)
    with (channel.control_folder / "binding").open("w") as file:
        filesystem.lock(file, filesystem.LOCK_EX)
        bind_at_once(channel, *names)


filesystem.Channel._put = put
filesystem.Channel._queue_bind = bind
