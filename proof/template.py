"""Fill the database that every example's own database is copied from."""

import os
import sys

REFUSED = 3
"""The exit status that says: the server refused, in the last line of the errors."""


def main() -> None:
    """Migrate the database that `DATABASE_URL` names and load the seed rows."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import OperationalError

    try:
        call_command("migrate", verbosity=0)
        call_command("loaddata", "seed", verbosity=0)
    except OperationalError as error:
        print(str(error).partition("\n")[0], file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
