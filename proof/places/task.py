"""A Celery task: queued by one process, run by a real worker in others."""

from pathlib import Path

from proof.places.place import Place


class Task(Place):
    """A block that is a module of tasks; it runs under a worker's pool."""

    name = "task"
    ran_as = "Run as a Celery task, in a worker"
    called = 'Write data-call="task.delay(arguments)" as the web process queues it.'
    under = ("prefork", "threads", "solo", "gevent")
    keys = {"": "celery"}
    has_broker = True
    runs_with = "proof.inside.queue"
    preloaded = (
        "billiard.popen_fork",
        "billiard.sharedctypes",
        "celery.app.amqp",
        "celery.app.control",
        "celery.app.events",
        "celery.app.log",
        "celery.apps.worker",
        "celery.backends.base",
        # The command line, with all of its commands: most of a worker's start.
        "celery.bin.celery",
        "celery.concurrency.prefork",
        "celery.concurrency.solo",
        "celery.concurrency.thread",
        "celery.contrib.django.task",
        "celery.fixups.django",
        "celery.worker.autoscale",
        "celery.worker.components",
        "celery.worker.consumer",
        "kombu.transport.filesystem",
    )

    def file(self, folder: Path, name: str) -> Path:
        return folder / "tasks" / f"{name}.py"
