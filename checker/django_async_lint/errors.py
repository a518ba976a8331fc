"""What can be wrong with how the checker is called, or with what it is given.

CheckerError
├── UsageError      an option, a path or a setting
└── UnreadableFile  a source file, with its line
"""

import sys

HERE = ".".join(map(str, sys.version_info[:2]))
"""The Python that runs: it reads what is written for it and for older ones."""


class CheckerError(Exception):
    """The checker cannot do what it was asked to."""


class UsageError(CheckerError, ValueError):
    """An option, a path or a setting is not what it should be."""


class UnreadableFile(CheckerError, ValueError):
    """A file is not Python that can be read."""

    def __init__(self, path: str, line: int, found: str) -> None:
        super().__init__(path, line, found)
        self.path, self.line, self.found = path, line, found

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}: Python {HERE} cannot read it: {self.found}. "
            "Mend the file; or run the checker with the Python that it is written for, "
            "if that is newer; or name it under `exclude` in [tool.django-async-lint]."
        )
