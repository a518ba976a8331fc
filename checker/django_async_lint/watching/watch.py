"""Watches a real process, and prints a picture of each piece of its work."""

import atexit
import functools
import os
import sys
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from django_async_lint.watching.connections import Connections
from django_async_lint.watching.line import Line
from django_async_lint.watching.own import Project
from django_async_lint.watching.picture import picture, summary
from django_async_lint.watching.quick import note_who_asks, quick_line
from django_async_lint.watching.seen import Seen, Work, current, follow_threads
from django_async_lint.watching.switch import VARIABLE
from django_async_lint.watching.threads import thread_role
from django_async_lint.watching.work import listen_to_requests, listen_to_tasks


class Watch:
    """Notes every statement of this process, in the piece of work it belongs to."""

    def __init__(self, root: Path) -> None:
        self._project = Project(root)
        self._connections = Connections(self)
        self.process = Work("the process")

    def listen(self) -> None:
        """Listen from now on; it cannot be undone."""
        self._connections.start()
        follow_threads()
        note_who_asks(self._project)
        listen_to_requests(self.tell)
        listen_to_tasks(self.tell)
        os.register_at_fork(after_in_child=self.process.clear)
        atexit.register(self.tell_of_the_process)

    def begins(self, connection: BaseDatabaseWrapper, kind: str, table: str) -> Any:
        """Note a statement."""
        work = current(self.process)
        number = self._connections.number(connection)
        line = quick_line(self._project)
        return work.add(Seen(thread_role(), number, kind, table, line))

    def ended(self, mark: Seen, failed: bool) -> None:
        """Note that a statement has failed."""
        if failed:
            mark.failed = True

    def tell(self, work: Work) -> None:
        """Print a piece of work that has ended, if it sent anything."""
        listen_to_tasks(self.tell)
        if work.seen:
            _print(f"{summary(work)}\n{picture(work, self._where)}\n")

    def tell_of_the_process(self) -> None:
        """Print what belongs to no request and no task."""
        self.tell(self.process)
        self.process.clear()

    def _where(self, line: Line) -> str:
        if not line:
            return ""
        return f"{self._project.shorten(line.file)}:{line.number} in {line.function}"


def _print(text: str) -> None:
    """Write in one piece, as several threads and processes may."""
    to = os.environ.get(VARIABLE, "1")
    if to == "1":
        sys.stderr.write(text)
        sys.stderr.flush()
    else:
        with Path(to).open("a", encoding="utf-8") as file:
            file.write(text)


@functools.cache
def watch_of_this_process(root: Path) -> Watch:
    """Return the watch, which listens from now on."""
    watch = Watch(root)
    watch.listen()
    return watch
