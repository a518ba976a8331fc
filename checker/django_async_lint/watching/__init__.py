"""What code does while it runs: statements, threads, loops, and whose line it was.

As an app among INSTALLED_APPS it starts to watch where the environment variable
DJANGO_ASYNC_WATCH is set, and does nothing at all where it is not.
"""

from pathlib import Path


def start(root: Path | str | None = None) -> None:
    """Print a picture of each request and each task from now on.

    A line of the settings is enough. `root` is the project's folder; only lines of code
    below it are named. Without it, it is the folder in which the process runs.
    """
    # Whoever only imports this package does not want to watch.
    from django_async_lint.watching.watch import watch_of_this_process

    watch_of_this_process(Path(root or Path.cwd()).absolute())
