"""Run the guide's blocks in tests under the guard: it flags no ✅, and which ❌.

    .venv/bin/python -m tools.guarded [--record] [ID|PLACE…]

With `--record`, what it flags in each ❌ is kept in `evidence/measured/guarded.json`.

A block that is a test file is run as it is; a service, a command and a view that a
client asks are called from a test of a `TransactionTestCase`. Each has a pytest of its
own, and a copy of the filled SQLite file.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from guide.checked import GUARDED
from proof.example import Example
from proof.project import PROJECT, ROOT
from proof.reading.extract import extract
from proof.running.services import started

FOUND = re.compile(r"^(?:\S+?:\d+ in \S+|no line of this project): ([a-z-]+): ", re.M)
LIMIT = 100
"""Seconds after which a block hangs."""
CONFTEST = """
from django.db import connections

creation = connections["default"].creation
creation.create_test_db = lambda **kwargs: None
"""
CALLED = """

class CalledFromATest(__import__("django.test").test.TransactionTestCase):
    def test_called(self):
        {call}
"""
ASKED = """

@__import__("django.test").test.override_settings(ROOT_URLCONF=__name__)
class AskedFromATest(__import__("django.test").test.TransactionTestCase):
    def test_asked(self):
        get, post = self.client.get, self.client.post
        {call}
"""
COMMAND = "__import__('django.core.management').core.management.call_command(Command())"
OPTIONS = (
    *("-q", "--reuse-db", "--async-guard", "--junit-xml=all.xml", "--tb=short"),
    *("-p", "pytest_django.plugin", "-p", "anyio.pytest_plugin"),
    *("-p", "django_async_lint.pytest_plugin", "-p", "no:cacheprovider"),
)


@dataclass(frozen=True)
class Judged:
    """What became of a block: what the guard flagged, and whether it fails anyway."""

    example: Example
    kinds: tuple[str, ...]
    fails: bool

    def __str__(self) -> str:
        mark = "✅" if self.example.good else "❌"
        by_itself = "fails by itself" if self.fails else "green"
        what = ", ".join(self.kinds) or "nothing"
        name, place = self.example.id, self.example.place
        return f"{mark} {name:<40} {place:<8} {by_itself:<16} {what}"


def test_of(example: Example) -> str | None:
    """Return the test file that runs a block, or None if a test cannot call it."""
    call = example.call or ""
    if example.place == "test":
        return example.code if example.under != ("throwaway",) else None
    if example.place == "command":
        return example.code + CALLED.format(call=COMMAND)
    if example.place == "service":
        return example.code + CALLED.format(call=call)
    if example.place == "view" and re.match(r"(get|post)\(", call):
        return example.code + ASKED.format(call=call)
    return None


def judge(example: Example, code: str, folder: Path, template: Path) -> Judged:
    """Run a block's test under the guard."""
    (folder / "tests").mkdir(parents=True)
    file = folder / "tests" / f"test_{example.id.replace('-', '_')}.py"
    file.write_text(code, "utf-8")
    (folder / "conftest.py").write_text(CONFTEST, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    shutil.copyfile(template, folder / "db.sqlite3")
    (folder / "queue").mkdir()
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": PROJECT.settings,
        "BROKER_FOLDER": str(folder / "queue"),
        "PYTHONPATH": os.pathsep.join(
            [*map(str, PROJECT.sources), str(ROOT / "checker")]
        ),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    run = [sys.executable, "-m", "pytest", *OPTIONS, str(file)]
    try:
        with (folder / "said").open("w") as said:
            subprocess.run(
                run,
                cwd=folder,
                env=environment,
                timeout=LIMIT,
                stdout=said,
                stderr=said,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return Judged(example, (), True)
    kinds = {*FOUND.findall((folder / "said").read_text("utf-8"))}
    return Judged(example, tuple(sorted(kinds)), _fails(folder / "all.xml"))


def _fails(report: Path) -> bool:
    """Return whether a test fails without the guard too."""
    if not report.exists():
        return True
    parts = [p for p in ET.parse(report).iter() if p.tag in ("failure", "error")]
    return any("the async guard found:" not in (part.text or "") for part in parts)


def all_judged(names: list[str]) -> Iterator[Judged]:
    """Yield what becomes of each block that a test can run, in the guide's order."""
    tests = [
        (one, test_of(one))
        for one in extract()
        if not names or {one.id, one.place} & {*names}
    ]
    with ExitStack() as ends:
        root = ends.enter_context(tempfile.TemporaryDirectory())
        pool = ends.enter_context(ThreadPoolExecutor(3))
        folder = Path(root)
        for service in PROJECT.services:
            os.environ[service.variable] = ends.enter_context(started(service))()
        fill = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder / 'template.sqlite3'}",
            "BROKER_FOLDER": root,
            "PYTHONPATH": os.pathsep.join(map(str, PROJECT.sources)),
        }
        fills = [sys.executable, "-m", "proof.running.fill"]
        subprocess.run(fills, cwd=ROOT, env=fill, check=True)
        yield from pool.map(
            lambda one: judge(
                one[0], one[1], folder / one[0].id, folder / "template.sqlite3"
            ),
            [(example, code) for example, code in tests if code is not None],
        )


def record(judged: list[Judged]) -> None:
    """Keep what was flagged in each ❌, beside what is kept of others."""
    kept = json.loads(GUARDED.read_text("utf-8")) if GUARDED.exists() else {}
    kept |= {one.example.id: one.kinds for one in judged if not one.example.good}
    lines = (f"{json.dumps(name)}: {json.dumps(kept[name])}" for name in sorted(kept))
    GUARDED.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def main() -> int:
    """Print a line for each block, and the numbers; a flagged ✅ is an error."""
    judged = []
    names = sys.argv[1:]
    for one in all_judged([name for name in names if name != "--record"]):
        print(one, flush=True)
        judged.append(one)
    if "--record" in names:
        record(judged)
    for places, name in ((("test",), "as test files"), (CALLS, "called from a test")):
        here = [one for one in judged if one.example.place in places]
        bad = [one for one in here if not one.example.good]
        good = [one for one in here if one.example.good]
        green = [one for one in bad if not one.fails]
        print(
            f"{name}: {sum(bool(b.kinds) for b in bad)} of {len(bad)} ❌ flagged, of "
            f"{len(green)} that stay green {sum(bool(b.kinds) for b in green)}; "
            f"{sum(bool(g.kinds) for g in good)} of {len(good)} ✅ flagged"
        )
    return int(any(one.kinds for one in judged if one.example.good))


CALLS = ("service", "command", "view")

if __name__ == "__main__":
    sys.exit(main())
