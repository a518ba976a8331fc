"""Measure the case studies and keep what was seen: `make measure`."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cases.rig.databases import LANES
from cases.rig.faulting import broken
from cases.rig.members import broken as broken_members
from cases.rig.probing import probed
from guide.measured import MEASURED
from tools.worth.measure import worth

KINDS: dict[str, Callable[[str, Path], Any]] = {
    "probes": probed,
    "faults": broken,
    "members": broken_members,
}
"""What is measured in each lane, by the name of its file."""
ON_A_SERVER: dict[str, Callable[[Path], Any]] = {"worth": worth}
"""What is measured on PostgreSQL alone."""


def main() -> None:
    """Measure what the command line names, in every lane."""
    kinds = [*KINDS, *ON_A_SERVER]
    parser = argparse.ArgumentParser(prog="python -m cases.rig")
    parser.add_argument("kinds", nargs="*", default=kinds, choices=kinds)
    for kind in parser.parse_args().kinds:
        if kind in ON_A_SERVER:
            save(kind, _measured(kind, "postgresql", ON_A_SERVER[kind]))
        else:
            in_lane = {lane: partial(KINDS[kind], lane) for lane in LANES}
            save(kind, {one: _measured(kind, one, in_lane[one]) for one in LANES})


def _measured(kind: str, lane: str, measure: Callable[[Path], Any]) -> Any:
    print(f"Measuring {kind}: {lane} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="pipeline-") as folder:
        return measure(Path(folder))


def save(kind: str, data: Any) -> None:
    """Write a file of measurements."""
    text = json.dumps(data, indent=1, ensure_ascii=False)
    (MEASURED / f"{kind}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
