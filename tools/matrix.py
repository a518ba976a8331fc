"""Run all examples on SQLite with the supported versions of Python and Django.

By default the oldest Django runs all examples, beside the newest, which `make test`
runs; a version between the two runs those whose claims name a version. With `--every`,
every pair of Python and Django runs all. Each Python has an environment of its own; the
older versions of Django are unpacked beside it and put first on the path.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proof.extract import extract
from proof.versions import DJANGOS

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.13", "3.12")
OLDEST, *BETWEEN, NEWEST = DJANGOS
"""The version that requirements.txt holds; the others have a file of their own."""


class CannotRunError(Exception):
    """A combination cannot be run here; the text says why."""


@dataclass(frozen=True)
class Combination:
    """One Python with one Django, and the examples that it runs: all without a name."""

    python: str
    django: str
    names: tuple[str, ...] = ()

    def run(self) -> tuple[int, dict[str, Any]]:
        """Run all examples and return the exit code and the run in numbers.

        Raises:
            CannotRunError: the interpreter or the packages are not to be had.
        """
        environment = _environment(self.python)
        summary = ROOT / ".proof" / "matrix" / f"{self.python}-{self.django}.json"
        summary.unlink(missing_ok=True)
        path = _django(environment, self.django)
        done = subprocess.run(
            [
                environment / "bin" / "python", "-m", "proof", "run",
                "--lane", "sqlite", "--no-evidence", "--summary", summary, *self.names,
            ],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(path or "")},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        if not summary.exists():
            raise CannotRunError((done.stderr or done.stdout).strip())
        numbers = json.loads(summary.read_text("utf-8"))
        if not str(numbers["django"]).startswith(f"{self.django}."):
            raise CannotRunError(f"it is Django {numbers['django']} that was run")
        if done.returncode:
            print(_refuted(done.stdout), flush=True)
        return done.returncode, numbers


def main() -> int:
    """Run the combinations and print a line for each."""
    worst = 0
    print(f"{'Python':<8}{'Django':<8}lanes", flush=True)
    for one in every() if "--every" in sys.argv else at_least():
        code, text = _line(one)
        print(f"{one.python:<8}{one.django:<8}{text}", flush=True)
        worst = max(worst, code)
    return worst


def every() -> list[Combination]:
    """Return all pairs, each with all examples."""
    return [Combination(python, django) for python in PYTHONS for django in DJANGOS]


def at_least() -> list[Combination]:
    """Return what meets each older Django, without a second environment."""
    python = PYTHONS[0]
    names = naming_a_version()
    between = [Combination(python, django, names) for django in BETWEEN]
    return [*between, Combination(python, OLDEST)]


def naming_a_version() -> tuple[str, ...]:
    """Return the ids of the examples that do not claim the same of each Django."""
    return tuple(
        example.id
        for example in extract()
        if any(set(claim.djangos) != set(DJANGOS) for claim in example.claims)
    )


def _line(combination: Combination) -> tuple[int, str]:
    try:
        code, numbers = combination.run()
    except CannotRunError as error:
        return 0, f"not run: {error}"
    return code, "; ".join(map(_lane, numbers["lanes"].items()))


def _lane(item: tuple[str, dict[str, Any]]) -> str:
    name, facts = item
    if "ran" not in facts or "lost" in facts:
        return f"{name} not run: {facts.get('left out') or facts.get('lost')}"
    return f"{name} {facts['ran'] - len(facts['refuted'])} of {facts['ran']} hold"


def _refuted(output: str) -> str:
    """Return what a run printed, but for the examples that hold."""
    lines = [line for line in output.splitlines() if not line.endswith(": holds")]
    return "\n".join(lines)


def _environment(python: str) -> Path:
    """Return the environment of that Python: the project's own, or one beside it."""
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return Path(sys.prefix)
    folder = ROOT / f".venv-{python}"
    _do(["sh", "tools/environment.sh", folder.name, python])
    return folder


def _django(environment: Path, django: str) -> Path | None:
    """Return where that Django is unpacked; None for the environment's own."""
    if django == NEWEST:
        return None
    folder = environment / f"django-{django}"
    lock = ROOT / "requirements" / f"django-{django}.txt"
    stamp = folder / "stamp"
    if not stamp.exists() or stamp.read_text("utf-8") != lock.read_text("utf-8"):
        pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet"]
        how = ["--disable-pip-version-check", "--no-input", "--retries", "2"]
        what = ["--no-deps", "--upgrade", "--require-hashes", "-r", lock]
        _do([*pip, *how, *what, "--target", folder])
        stamp.write_text(lock.read_text("utf-8"), "utf-8")
    return folder


def _do(command: list[str | Path]) -> None:
    clean = {k: v for k, v in os.environ.items() if k != "PYTHON"}
    done = subprocess.run(
        command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in said if line.startswith("ERROR")] or said
        raise CannotRunError(errors[-1] if errors else f"{command[0]} failed")


if __name__ == "__main__":
    sys.exit(main())
