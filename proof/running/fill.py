"""Fill the database that every example's own database is copied from."""

import os

from proof.project import PROJECT


def main() -> None:
    """Set Django up and fill the database that `DATABASE_URL` names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = PROJECT.settings
    import django

    django.setup()
    fill()


def fill() -> None:
    """Migrate the database and load the fixtures."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if PROJECT.fixtures:
        call_command("loaddata", *PROJECT.fixtures, verbosity=0)


if __name__ == "__main__":
    main()
