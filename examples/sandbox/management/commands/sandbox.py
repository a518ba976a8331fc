"""`manage.py sandbox`: the local server, by hand."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sandbox.app import app
from sandbox.server import PortUnavailable, listen, serve


class Command(BaseCommand):
    """Serve the sandbox on the port of SANDBOX_URL until Ctrl-C."""

    help = "Serve the broker on the port of SANDBOX_URL."
    app = app

    def handle(self, *args: Any, **options: Any) -> None:
        """Listen and serve."""
        port = urlsplit(settings.SANDBOX_URL).port
        if port is None:
            raise CommandError(f"SANDBOX_URL names no port: {settings.SANDBOX_URL}")
        try:
            listener = listen(port)
        except PortUnavailable as error:
            raise CommandError(str(error)) from error
        serve(self.app, listener)
