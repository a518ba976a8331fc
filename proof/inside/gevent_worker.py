"""A worker under gevent: an interpreter of its own, patched before anything else."""

from gevent import monkey

monkey.patch_all()  # First, as `celery -P gevent` does.

import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import django  # noqa: E402

from proof.places.place import Block  # noqa: E402


def main(told: str) -> None:
    """Be the worker for one block."""
    os.environ["CELERY_SKIP_CHECKS"] = "1"  # They were made once, by the forkserver.
    django.setup()
    from proof.inside.queue import app, configure, notes_of_worker
    from proof.inside.worker import work
    from proof.watching.recorder import FileRecorder, Recorder
    from proof.watching.watcher import Watcher

    name, path, broker, prefix, quiet = json.loads(told)
    file = Path(path)
    watcher = Watcher(
        FileRecorder(notes_of_worker(file)), Recorder(1 << 16), path, quiet
    )
    block = Block(name, "", file, None, "gevent", broker, prefix, watcher)
    configure(app, block)
    work(app, block)


if __name__ == "__main__":
    main(sys.argv[1])
