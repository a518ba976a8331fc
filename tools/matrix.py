"""Run all examples on SQLite with the versions of Python and Django that are here.

Each Python that is found runs all examples with the newest Django that it can have, and
the oldest of both run all with each other; a Django between the two runs those whose
claims name a version. With `--ends`, the oldest Python and Django run all, beside the
newest, which `make test` runs. With `--every`, every pair runs all.

Each Python has an environment of its own; the older versions of Django are unpacked
beside it and put first on the path.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proof.claims.versions import DEFAULT, DJANGOS, PYTHON, Edition, djangos_for
from proof.example import Example
from proof.reading.extract import extract

ROOT = Path(__file__).resolve().parent.parent
OLDEST, *BETWEEN, NEWEST = DJANGOS
"""What requirements.txt holds is the newest that a Python can have; each of the others
has a file of its own."""


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
        own = self.django == djangos_for(self.python)[-1]
        path = None if own else _unpacked(environment, self.django)
        done = subprocess.run(
            [
                environment / "bin" / "python",
                "-m",
                "proof",
                "run",
                "--lane",
                "sqlite",
                "--summary",
                summary,
                *self.names,
            ],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(path or "")},
            capture_output=True,
            text=True,
            check=False,
        )
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
    for one in _asked()(pythons_here()):
        code, text = _line(one)
        print(f"{one.python:<8}{one.django:<8}{text}", flush=True)
        worst = max(worst, code)
    return worst


def _asked() -> Callable[[Sequence[str]], list[Combination]]:
    ways = {"--every": every, "--ends": ends}
    return next((way for flag, way in ways.items() if flag in sys.argv), each)


def pythons_here() -> tuple[str, ...]:
    """Return the versions of Python that set-up finds here, the oldest first."""
    found = _do(["sh", "tools/environment.sh", "--list"]).splitlines()
    # The one that runs need not be on the path: PYTHON=... may have named it.
    versions = {PYTHON, *(line.split()[0] for line in found)}
    return tuple(sorted(versions, key=lambda one: int(one.split(".")[1])))


def every(pythons: Sequence[str]) -> list[Combination]:
    """Return all pairs, each with all examples."""
    return [Combination(one, django) for one in pythons for django in djangos_for(one)]


def each(pythons: Sequence[str]) -> list[Combination]:
    """Return each Python with its newest Django, and what meets each older Django."""
    newest = [Combination(one, djangos_for(one)[-1]) for one in pythons]
    return list(dict.fromkeys([*newest, *ends(pythons)]))


def ends(pythons: Sequence[str]) -> list[Combination]:
    """Return what meets the oldest Python and each older Django, in little time."""
    names = naming_a_django()
    between = [Combination(PYTHON, one, names) for one in BETWEEN]
    possible = [one for one in between if one.django in djangos_for(PYTHON)]
    return [*possible, Combination(pythons[0], OLDEST)]


def naming_a_django() -> tuple[str, ...]:
    """Return the ids of the examples that do not claim the same of each Django."""
    return tuple(example.id for example in extract() if _names_a_django(example))


def _names_a_django(example: Example) -> bool:
    python = DEFAULT.python
    said = {example.claims_of(Edition(python, one)) for one in djangos_for(python)}
    return len(said) > 1


def _line(combination: Combination) -> tuple[int, str]:
    try:
        code, numbers = combination.run()
    except CannotRunError as error:
        return 0, f"not run: {error}"
    parts = [*map(_lane, numbers["lanes"].items()), *_evidence(numbers)]
    return code, "; ".join(parts)


def _evidence(numbers: dict[str, Any]) -> Iterator[str]:
    if numbers["unlike"]:
        yield f"{numbers['unlike']} not as recorded"
    if apart := sum(map(len, numbers["not compared"].values())):
        yield f"{apart} not compared, as nothing is recorded"


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
    if python == PYTHON:
        return Path(sys.prefix)
    folder = ROOT / f".venv-{python}"
    _do(["sh", "tools/environment.sh", folder.name, python])
    _do(["sh", "tools/groups.sh", folder.name, "browser"])
    return folder


def _unpacked(environment: Path, django: str) -> Path:
    """Return where a Django is unpacked that is not the environment's own."""
    folder = environment / f"django-{django}"
    lock = ROOT / "requirements" / f"django-{django}.txt"
    stamp = folder / "stamp"
    if not stamp.exists() or stamp.read_text("utf-8") != lock.read_text("utf-8"):
        python = environment / "bin" / "python"
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet"]
        how = ["--disable-pip-version-check", "--no-input", "--retries", "2"]
        what: list[str | Path] = ["--no-deps", "--upgrade", "--require-hashes"]
        what += ["-r", lock]
        _do([*pip, *how, *what, "--target", folder])
        stamp.write_text(lock.read_text("utf-8"), "utf-8")
    return folder


def _do(command: list[str | Path]) -> str:
    """Run a command and return what it printed."""
    clean = {k: v for k, v in os.environ.items() if k != "PYTHON"}
    done = subprocess.run(
        command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in said if line.startswith("ERROR")] or said
        raise CannotRunError(errors[-1] if errors else f"{command[0]} failed")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
