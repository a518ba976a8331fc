"""A view: the block is the URLconf, served over HTTP by a real server."""

from pathlib import Path

from proof.places.place import Place


class View(Place):
    """A block that is a URLconf with its views; a server is what it runs under."""

    name = "view"
    ran_as = "Run as a URLconf, served over HTTP"
    called = "Write data-call=\"get('/orders/7/')\" as a client asks the server."
    under = ("uvicorn", "gunicorn", "gthread", "daphne", "granian", "nginx")
    runs_with = "proof.inside.views"

    def file(self, folder: Path, name: str) -> Path:
        return folder / "urls" / f"{name}.py"
