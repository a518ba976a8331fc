"""What a run comes to in numbers: for a terminal, and for whoever reads a file."""

import json
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import django

from proof.claims.versions import HERE
from proof.judging.check import FEW, Check
from proof.judging.unproven import named
from proof.lanes import LANES
from proof.report import Report
from proof.verdict import Verdict


def in_numbers(check: Check) -> dict[str, Any]:
    """Return the run as plain data: versions, and counts or a reason for each lane."""
    lanes: dict[str, dict[str, Any]] = {}
    for lane in LANES:
        judged = [v for v in check.verdicts if v.outcome.lane.split("/")[0] == lane]
        if judged:
            refuted = [one.example.id for one in judged if not one.holds]
            lanes[lane] = {"ran": len(judged), "refuted": refuted}
        if unmet := _unmet(check.report, lane):
            lanes.setdefault(lane, {"ran": 0, "refuted": []})["unmet"] = unmet
        if lane in check.report.left_out:
            kind = "lost" if lane in check.report.lost else "left out"
            lanes.setdefault(lane, {})[kind] = check.report.left_out[lane]
        if lane in lanes and lane in check.report.servers:
            lanes[lane]["server"] = check.report.servers[lane]
    return {
        "python": platform.python_version(),
        "django": django.get_version(),
        "lanes": lanes,
        "unlike": len(check.unlike),
        "not compared": _by_lane(check.not_compared),
        "unproven": [named(*one) for one in check.unproven],
    }


def _by_lane(verdicts: Iterable[Verdict]) -> dict[str, list[str]]:
    """Return the ids of examples by database."""
    found: dict[str, list[str]] = {}
    for one in verdicts:
        found.setdefault(one.outcome.lane.split("/")[0], []).append(one.example.id)
    return found


def _unmet(report: Report, database: str) -> dict[str, list[str]]:
    """Return by reason what did not run in a lane that itself did."""
    found: dict[str, list[str]] = {}
    for (name, lane), reason in report.unmet.items():
        if lane.split("/")[0] == database not in report.left_out:
            found.setdefault(reason, []).append(name)
    return found


def write_summary(path: Path, check: Check) -> None:
    """Write the run in numbers as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(in_numbers(check), indent=1) + "\n", "utf-8")


def titled(title: str, text: str) -> str:
    """Return a line of the summary, its title as wide as the longest."""
    return f"{title:<{max(map(len, LANES)) + 2}}{text}"


def lane_lines(numbers: Mapping[str, Any]) -> list[str]:
    """Return a line for each lane, and others for what is to be said beside.

    A lane's says how many hold, or why it did not run; the others what is not as
    recorded, what was not compared, and what nobody has seen.
    """
    lines = [_lane_line(name, facts) for name, facts in numbers["lanes"].items()]
    evidence = [
        *([f"{numbers['unlike']} not as recorded"] if numbers["unlike"] else []),
        *_not_compared(numbers["not compared"]),
    ]
    if evidence:
        lines.append(titled("evidence", "; ".join(evidence)))
    if numbers["unproven"]:
        said = "; ".join(numbers["unproven"])
        lines.append(titled("unproven", f"no run has seen what these claim: {said}"))
    return lines


def _not_compared(lanes: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if not lanes:
        return
    parts = []
    for lane, names in lanes.items():
        who = f" ({', '.join(dict.fromkeys(names))})" if len(names) <= FEW else ""
        parts.append(f"{lane} {len(names)}{who}")
    yield f"not compared, as nothing is recorded of {HERE}: {', '.join(parts)}"


def _lane_line(name: str, facts: Mapping[str, Any]) -> str:
    parts = []
    if "ran" in facts:
        refuted = len(facts["refuted"])
        on = f", on {facts['server']}" if "server" in facts else ""
        parts.append(f"{facts['ran'] - refuted} of {facts['ran']} hold{on}")
    for reason, names in facts.get("unmet", {}).items():
        who = ", ".join(dict.fromkeys(names))
        parts.append(f"{len(names)} did not run, because {reason} ({who})")
    if "lost" in facts:
        parts.append(f"LOST HALF-WAY: {facts['lost']}")
    if "left out" in facts:
        parts.append(f"did not run: {facts['left out']}")
    return titled(name, "; ".join(parts))


def by_place(checked: Check) -> str:
    """Return the seconds that the examples of each place took, one beside another."""
    spent: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    for verdict in checked.verdicts:
        key = (verdict.example.id, verdict.outcome.lane)
        milliseconds = round(checked.report.seconds.get(key, 0.0) * 1000)
        spent[verdict.example.place] += milliseconds
        runs[verdict.example.place] += 1
    parts = (f"{p} {ms / 1000:.1f} s in {runs[p]} runs" for p, ms in spent.items())
    return ", ".join(parts) or "nothing ran"
