"""What a block needs of the machine beside a server, and does not find there."""

import re
import subprocess
from collections.abc import Callable, Iterable, Mapping

from proof.example import Example

BROWSER = re.compile(r"^ *(?:from|import) playwright\b", re.MULTILINE)
STARTS_WITHIN = 60


def unmet(examples: Iterable[Example]) -> dict[str, str]:
    """Return the examples that cannot run here, by id, and the reason for each."""
    found: dict[str, str] = {}
    for pattern, why_not in NEEDS.items():
        needing = [one.id for one in examples if pattern.search(one.code)]
        reason = why_not() if needing else None
        if reason is not None:
            found |= dict.fromkeys(needing, reason)
    return found


def browser_driver() -> str | None:
    """Return why Playwright's driver does not start, None if it does.

    It is a program of its own in the package, which needs libraries of the system.
    """
    from playwright._impl._driver import compute_driver_executable

    return not_started(
        "Playwright's driver", [*compute_driver_executable(), "--version"]
    )


def not_started(name: str, command: Iterable[str]) -> str | None:
    """Return why a program that only says its version fails, None if it does not."""
    try:
        done = subprocess.run(
            [*command], capture_output=True, text=True, check=False,
            timeout=STARTS_WITHIN, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{name} does not start: {error}"
    if done.returncode == 0:
        return None
    said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
    return f"{name} does not start: {said}"


NEEDS: Mapping[re.Pattern[str], Callable[[], str | None]] = {BROWSER: browser_driver}
"""By what a block has in it, who tries whether that is there."""
