"""Run blocks as commands without any isolation: what the bench compares with.

`python -m guide.bench.unisolated FOLDER FILE...` runs each file on a fresh copy of the
folder's template database, looks at the rows over a new connection, and prints whether
the block's goal is there. One file is the new interpreter each, many the plain
execution in one process.
"""

import os
import re
import shutil
import sys
from importlib import import_module
from pathlib import Path

from proof.project import PROJECT

GOAL = re.compile(r"^# ✅ committed: (.+)$", re.MULTILINE)


def main(folder: Path, files: list[Path]) -> None:
    """Run each file and print what became of its goal."""
    os.environ["DJANGO_SETTINGS_MODULE"] = PROJECT.settings
    import django

    django.setup()
    commands = import_module(f"{PROJECT.commands}.management.commands")
    commands.__path__.append(str(folder / "commands"))
    for file in files:
        database = folder / f"{file.stem}.sqlite3"
        shutil.copyfile(folder / "template.sqlite3", database)
        _run(file.stem, database)
        print(_look(file))
        database.unlink()


def _run(name: str, database: Path) -> None:
    from django.core import management
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict["NAME"] = str(database)
    management.get_commands()[name] = PROJECT.commands
    management.execute_from_command_line(["manage.py", name])


def _look(file: Path) -> bool:
    from django.apps import apps
    from django.db import connections

    connections["default"].close()
    goal = GOAL.findall(file.read_text("utf-8"))[0]
    reached = bool(eval(goal, {model.__name__: model for model in apps.get_models()}))
    with connections["default"].cursor() as cursor:
        for table in connections["default"].introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            cursor.fetchall()
    return reached


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
