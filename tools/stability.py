"""Run all examples again and again, beside processes that keep every core busy.

    tools/stability.py [RUNS] [--busy PROCESSES A CORE] [--lane LANE …]

Each run is held against the recorded evidence, to the byte. A line a run says how
many verdicts hold, how many outcomes are not as recorded, and how long it took. The
exit code is 1 if any run was not like all others.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUSY = "while True: pass"


def main() -> int:
    """Run the examples that often and say what changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="?", type=int, default=20)
    parser.add_argument("--busy", type=int, default=3)
    parser.add_argument("--lane", action="append", default=[])
    options = parser.parse_args()
    good = 0
    busy = options.busy * (os.cpu_count() or 1)
    print(f"beside {busy} busy processes on {os.cpu_count()} cores")
    print(f"{'run':<5}{'verdicts':<76}{'unlike':<8}{'load':<7}seconds", flush=True)
    for number in range(1, options.runs + 1):
        good += _run(number, busy, [f"--lane={lane}" for lane in options.lane])
    print(f"{good} of {options.runs} runs held every claim, all as recorded")
    return 0 if good == options.runs else 1


def _run(number: int, busy: int, lanes: list[str]) -> bool:
    with tempfile.NamedTemporaryFile(suffix=".json") as file, _load(busy):
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "proof", "run", *lanes, "--summary", file.name],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - started
        numbers = json.loads(Path(file.name).read_text("utf-8") or '{"lanes": {}}')
    unlike = done.stdout.count(": not as recorded")
    load = f"{os.getloadavg()[0]:.0f}"
    print(
        f"{number:<5}{_lanes(numbers):<76}{unlike:<8}{load:<7}{seconds:.0f}",
        flush=True,
    )
    if done.returncode:
        print(_what_changed(done.stdout + done.stderr), flush=True)
    return done.returncode == 0


def _lanes(numbers: dict[str, Any]) -> str:
    parts = []
    for lane, facts in numbers["lanes"].items():
        ran = facts.get("ran", 0)
        held = ran - len(facts.get("refuted", ()))
        parts.append(f"{lane} {held}/{ran}" if ran else f"{lane} did not run")
    return ", ".join(parts)


def _what_changed(output: str) -> str:
    """Return what a run printed, but for the examples that hold."""
    lines = [line for line in output.splitlines() if not line.endswith(": holds")]
    return "\n".join(lines)


@contextmanager
def _load(count: int) -> Iterator[None]:
    """Keep so many processes busy until the end of the block."""
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
