"""A command that writes outside its transaction."""

import asyncio

from django.core.management.base import BaseCommand
from django.db import transaction

from kiosk import services


class Command(BaseCommand):
    """Sell, fail, and look."""

    def handle(self, **options):
        try:
            with transaction.atomic():
                asyncio.run(services.note_apart("ink"))
                services.sell("pen")
                services.sell("pen")
                raise ValueError("the till is closed")
        except ValueError as error:
            self.stdout.write(str(error))
        for _ in range(3):
            services.Item.objects.filter(name="pen").exists()
