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


filesystem.Channel._put = put
