"""The programs of the system that are run as a service."""

import os
import shutil
from pathlib import Path

FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")
"""Where packages of a system put them, if not on the path."""


def installed(name: str) -> Path | None:
    """Return where a program is, None if it is not here."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *FOLDERS))
    found = shutil.which(name, path=path)
    return Path(found) if found else None
