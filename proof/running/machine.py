"""What a block needs of the machine beside a server, and does not find there."""

import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from proof.example import Example
from proof.installed import installed
from proof.project import PROJECT

BROWSER = re.compile(r"^ *(?:from|import) playwright\b", re.MULTILINE)
PROXY = re.compile(r"^nginx$", re.MULTILINE)
STARTS_WITHIN = 60


def unmet(
    examples: Iterable[Example], databases: Iterable[str]
) -> dict[tuple[str, str], str]:
    """Return what cannot run here, by example and lane, and the reason for each."""
    examples, databases = tuple(examples), tuple(databases)
    found: dict[tuple[str, str], str] = {}
    for pattern, why_not in {**OF_THE_MACHINE, **_optional()}.items():
        needing = [
            (one.id, lane)
            for one in examples
            for database in databases
            for lane in one.lanes(database)
            if pattern.search(_named_by(one, lane))
        ]
        reason = why_not() if needing else None
        if reason is not None:
            found |= dict.fromkeys(needing, reason)
    return found


def _named_by(example: Example, lane: str) -> str:
    """Return its code, and as a module the name of what it runs under in a lane."""
    return f"{example.code}\n{lane.partition('/')[2].replace('-', '_')}"


def _optional() -> dict[re.Pattern[str], Callable[[], str | None]]:
    return {
        re.compile(rf"\b{re.escape(name)}\b"): partial(not_installed, name)
        for name in PROJECT.optional
    }


def not_installed(module: str) -> str | None:
    """Return that a module is not in this environment, None if it is."""
    return None if find_spec(module) else f"{module} is not installed"


def browser_driver() -> str | None:
    """Return why Playwright's driver does not start, None if it does.

    It is a program of its own in the package, which needs libraries of the system.
    """
    if (missing := not_installed("playwright")) is not None:
        return missing
    from playwright._impl._driver import compute_driver_executable

    return not_started(
        "Playwright's driver", [*compute_driver_executable(), "--version"]
    )


def not_started(name: str, command: Sequence[str]) -> str | None:
    """Return why a program that only says its version fails, None if it does not."""
    try:
        done = subprocess.run(
            [*command],
            capture_output=True,
            text=True,
            check=False,
            timeout=STARTS_WITHIN,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{name} does not start: {error}"
    if done.returncode == 0:
        return None
    said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
    said = said.replace(command[0], Path(command[0]).name)
    return f"{name} does not start: {said}"


def proxy() -> str | None:
    """Return why nginx does not start, None if it does."""
    return not_started("nginx", [str(installed("nginx") or "nginx"), "-v"])


OF_THE_MACHINE: Mapping[re.Pattern[str], Callable[[], str | None]] = {
    BROWSER: browser_driver,
    PROXY: proxy,
}
"""By what a block has in it, who tries whether that is there."""
