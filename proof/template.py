"""Fill the database that every example's own database is copied from."""

import os


def main() -> None:
    """Migrate the database that `DATABASE_URL` names and load the seed rows."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("loaddata", "seed", verbosity=0)


if __name__ == "__main__":
    main()
