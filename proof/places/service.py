"""A service: a module whose function is called from sync code, wherever that runs."""

from pathlib import Path

from proof.places.place import Place


class Service(Place):
    """A block that is a module of functions; who calls one is what it runs under."""

    name = "service"
    ran_as = "Run as a function called from sync code"
    called = 'Write data-call="function(arguments)" as the caller calls it.'
    under = ("code", "command", "task", "view")
    keys = {"task": "celery"}
    runs_with = "proof.inside.callers"

    def file(self, folder: Path, name: str) -> Path:
        return folder / "services" / f"{name}.py"
