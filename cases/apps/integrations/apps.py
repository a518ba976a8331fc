"""The app's start: it lets itself be watched where the settings ask for it."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class IntegrationsConfig(AppConfig):
    """Repositories at a code host."""

    name = "integrations"

    def ready(self) -> None:
        """Watch the tasks, if `SYNC_TRACE` names a file."""
        if settings.SYNC_TRACE:
            from integrations import tracing

            tracing.install(Path(settings.SYNC_TRACE))
