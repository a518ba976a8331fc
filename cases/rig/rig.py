"""One run of the pipeline: its database, queue, code host and worker.

rig ──▶ manage.py, a script      processes that end by themselves
  ├───▶ celery -A config worker  in a session of its own, killed at the end
  └───▶ rows()                   over a connection of its own
"""

import os
import signal
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from cases.rig.host import wait_until
from cases.rig.prepared import Invocation, Process
from proof.project import PROJECT, ROOT

CASES = ROOT / "cases"
CELERY = ("-m", "celery", "-A", "config", "worker", "--concurrency=1")
QUIETLY = ("--without-gossip", "--without-mingle", "--without-heartbeat")
PARENTS = "integrations_pullrequest"
TABLES = {
    "pull requests": PARENTS,
    "reviews": "integrations_review",
    "commits": "integrations_commit",
    "files": "integrations_pullrequestfile",
}
KEYS = {
    "pull requests": "repository_id, number",
    "reviews": "pull_request_id, reviewer",
    "commits": "pull_request_id, sha",
    "files": "pull_request_id, path",
}
ENDS_WITHIN = 120.0
"""Seconds that a process may take which ends by itself."""
Rows = dict[str, int]


@dataclass
class Rig:
    """The processes of one run, and a look at its database from outside."""

    folder: Path
    database: str
    host: str
    settings: dict[str, str] = field(default_factory=dict)
    workers: list[Process] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        """Return what a process of the project is told."""
        queue = self.folder / "queue"
        paths = [ROOT, *PROJECT.sources, *self.paths]
        return {
            **os.environ,
            "DATABASE_URL": self.database,
            "SANDBOX_URL": self.host,
            "DJANGO_SETTINGS_MODULE": PROJECT.settings,
            "BROKER_FOLDER": str(queue),
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PYTHONWARNINGS": "ignore",
            **self.settings,
            **more,
        }

    def run(self, *arguments: str, **more: str) -> str:
        """Run Python in `cases/` to its end, and return what it printed.

        Raises:
            AssertionError: it failed; says what it wrote.
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            output, errors = Path(name, "output"), Path(name, "errors")
            errors.touch()  # It may be killed before it can write.
            process = self._start(arguments, more, output, errors)
            process.join(ENDS_WITHIN)
            if process.is_alive():
                process.kill()
                process.join()
            said = f"it ended with {process.exitcode}\n{errors.read_text('utf-8')}"
            assert process.exitcode == 0, said
            return output.read_text("utf-8")

    def manage(self, *arguments: str, **more: str) -> str:
        """Run a management command."""
        return self.run("manage.py", *arguments, **more)

    def start_worker(self, *options: str, **more: str) -> Process:
        """Start a worker; it need not be ready to find what is queued."""
        log = self.folder / "worker.log"
        arguments = [*CELERY, *QUIETLY, "--loglevel=INFO", *options]
        worker = self._start(arguments, more, log, log, session=True)
        self.workers.append(worker)
        return worker

    def _start(
        self,
        arguments: Sequence[str],
        more: Mapping[str, str],
        output: Path,
        errors: Path,
        session: bool = False,
    ) -> Process:
        environment = self.environment(**more)
        return Invocation(
            arguments, environment, CASES, output, errors, session
        ).start()

    def log(self) -> str:
        """Return what the workers wrote, nothing before the first has begun."""
        path = self.folder / "worker.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def kill_workers(self) -> None:
        """Kill every worker with its pool, as the kernel would for want of memory."""
        for worker in self.workers:
            if worker.is_alive():
                assert worker.pid
                # It leads no group before it has begun.
                with suppress(ProcessLookupError):
                    os.killpg(worker.pid, signal.SIGKILL)
                worker.kill()
            worker.join()
        self.workers.clear()

    def rows(self) -> Rows:
        """Return how many rows each table has, for an independent connection."""
        return {name: self._number(f"FROM {table}") for name, table in TABLES.items()}

    def doubled(self) -> int:
        """Return how many rows have the key of another."""
        return sum(
            self._number(f"FROM {TABLES[name]}")
            - self._number(f"FROM (SELECT DISTINCT {keys} FROM {TABLES[name]}) AS d")
            for name, keys in KEYS.items()
        )

    def status(self, pk: int = 1) -> str:
        """Return how far the repository's sync has come."""
        found = self.ask(
            f"SELECT sync_status FROM integrations_trackedrepository WHERE id = {pk}"
        )
        return str(found[0][0])

    def ends(self, pk: int = 1, seconds: float = 30.0) -> str:
        """Wait until the sync has ended, and return its status."""
        # Each look is a connection, which costs the server a process.
        wait_until(lambda: self.status(pk) in ("complete", "error"), seconds, step=0.1)
        return self.status(pk)

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Send a statement over a connection of its own."""
        if self.database.startswith("sqlite"):
            path = unquote(urlsplit(self.database).path[1:])
            with closing(sqlite3.connect(path, timeout=10)) as connection:
                return connection.execute(statement).fetchall()
        with psycopg.connect(self.database, autocommit=True) as other:
            return other.execute(statement.encode()).fetchall()

    def _number(self, rest: str) -> int:
        return int(str(self.ask(f"SELECT count(*) {rest}")[0][0]))


@contextmanager
def rigged(folder: Path, database: str, host: str, **settings: str) -> Iterator[Rig]:
    """Give a rig in an empty folder, and end its workers."""
    (folder / "queue").mkdir(parents=True, exist_ok=True)
    rig = Rig(folder, database, host, settings)
    try:
        yield rig
    finally:
        rig.kill_workers()
