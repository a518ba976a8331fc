"""`manage.py fill`: an empty database becomes one to try the project with."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from integrations.models import Team
from members.models import Seat

NAME = PASSWORD = "demo"


class Command(BaseCommand):
    """Migrate, load the seed, and make a user with a seat in every team."""

    help = "Migrate, load the seed, and make the user demo with the password demo."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        call_command("migrate", verbosity=0)
        call_command("loaddata", "seed", "members", verbosity=0)
        user = get_user_model().objects.create_superuser(NAME, password=PASSWORD)
        seats = [Seat(user=user, team=team) for team in Team.objects.all()]
        Seat.objects.bulk_create(seats)
