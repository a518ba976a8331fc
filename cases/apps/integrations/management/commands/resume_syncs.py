"""`manage.py resume_syncs`: for a timer, where no beat runs."""

from typing import Any

from django.core.management.base import BaseCommand

from integrations import progress
from integrations.tasks import sync_repository


class Command(BaseCommand):
    """Queue again each sync that has stopped getting on."""

    help = "Queue again each sync that has stopped getting on."

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue each, and say which."""
        for pk in progress.take_due():
            sync_repository.delay(pk)
            self.stdout.write(f"queued repository {pk}")
