"""What a run comes to: its verdicts, and where it is not as recorded.

Shared by the commands and the tests, so that both say the same.
"""

import json
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

from proof.claim import Claim
from proof.evidence import Evidence, differences
from proof.example import Example, lane_order
from proof.judge import Verdict, judge, kin_of
from proof.outcome import Outcome
from proof.run import LANES, Report
from proof.unproven import named, unproven
from proof.versions import DEFAULT, HERE

MISSING = "no evidence is recorded"
STALE = "the evidence was recorded from another source"
DIFFERS = "not as recorded"
FEW = 10
"""As many examples are named one by one."""


@dataclass(frozen=True)
class Unlike:
    """An outcome that is not as recorded: why not, and the lines that differ."""

    example: Example
    lane: str
    why: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        next_ = "see what changed; if it is right: make record"
        return "\n".join(
            [
                f"{self.example} [{self.lane}] {self.example.title}: {self.why}",
                *(f"    {line}" for line in self.lines),
                f"    next:    {next_ if self.lines else 'make record'}",
            ]
        )


@dataclass(frozen=True)
class Check:
    """A run's report and what it was found to say.

    `unlike` holds each outcome that is not as recorded, `not_compared` those of which
    nothing is recorded in the edition that runs, if it is not the default one, and
    `unproven` the claims that neither this run nor the evidence has seen.
    """

    report: Report
    verdicts: tuple[Verdict, ...]
    unlike: tuple[Unlike, ...] = ()
    not_compared: tuple[Verdict, ...] = ()
    unproven: tuple[tuple[Example, Claim], ...] = ()

    @property
    def refuted(self) -> tuple[Verdict, ...]:
        """The verdicts that do not hold."""
        return tuple(verdict for verdict in self.verdicts if not verdict.holds)

    def verdict(self, example: str, lane: str) -> Verdict | None:
        """Return one example's verdict in a lane, if there is one."""
        for one in self.verdicts:
            if (one.example.id, one.outcome.lane) == (example, lane):
                return one
        return None

    def why_not(self, example: Example, database: str) -> str | None:
        """Return why an example did not run on a database, None if nothing says so."""
        reasons = (
            self.report.unmet.get((example.id, lane))
            for lane in example.lanes(database)
        )
        left_out = self.report.left_out.get(database)
        return left_out or next(filter(None, reasons), None)

    def on(self, example: Example, database: str) -> list[Verdict]:
        """Return an example's verdicts on one database, one for each `under`.

        Empty if one of them is missing: then the lane was left out or lost.
        """
        found = [self.verdict(example.id, lane) for lane in example.lanes(database)]
        return [] if None in found else [one for one in found if one is not None]


def check(
    report: Report,
    examples: Sequence[Example],
    recorded: Mapping[str, Evidence] | None = None,
) -> Check:
    """Judge every outcome of a run and hold it against the evidence, if given."""
    verdicts = tuple(_verdicts(report, examples))
    if recorded is None:
        return Check(report, verdicts)
    found = (unlike(v.example, v.outcome, recorded) for v in verdicts)
    apart = (
        v for v in verdicts if is_not_recorded(v.example, v.outcome.lane, recorded)
    )
    return Check(
        report, verdicts, tuple(filter(None, found)), tuple(apart),
        tuple(_unproven(verdicts, recorded)),
    )  # fmt: skip


def _unproven(
    verdicts: Iterable[Verdict], recorded: Mapping[str, Evidence]
) -> Iterator[tuple[Example, Claim]]:
    ran: dict[Example, list[str]] = {}
    for one in verdicts:
        ran.setdefault(one.example, []).append(one.outcome.lane)
    for example, lanes in ran.items():
        for claim in unproven(example, recorded.get(example.id), lanes):
            yield example, claim


def verdict_on(outcome: Outcome, examples: Iterable[Example]) -> Verdict:
    """Judge one outcome."""
    examples = tuple(examples)
    example = next(one for one in examples if one.id == outcome.example)
    return judge(example, outcome, kin_of(example, examples))


def is_not_recorded(
    example: Example, lane: str, recorded: Mapping[str, Evidence]
) -> bool:
    """Whether nothing is recorded of a lane in this edition, and need not be.

    All is recorded of the default edition; others are, where somebody ran them.
    """
    evidence = recorded.get(example.id)
    return HERE != DEFAULT and (evidence is None or lane not in evidence.of(HERE))


def unlike(
    example: Example, outcome: Outcome, recorded: Mapping[str, Evidence]
) -> Unlike | None:
    """Return how an outcome is not as recorded; None if it is, or is not recorded."""
    if is_not_recorded(example, outcome.lane, recorded):
        return None
    evidence = recorded.get(example.id)
    if evidence is not None and not evidence.fits(example):
        return Unlike(example, outcome.lane, STALE)
    if evidence is None or outcome.lane not in evidence.of(HERE):
        return Unlike(example, outcome.lane, MISSING)
    lines = differences(evidence.of(HERE)[outcome.lane], outcome)
    return Unlike(example, outcome.lane, DIFFERS, tuple(lines)) if lines else None


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
        lines.append(f"{'evidence':<12}{'; '.join(evidence)}")
    if numbers["unproven"]:
        said = "; ".join(numbers["unproven"])
        lines.append(f"{'unproven':<12}no run has seen what these claim: {said}")
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
    return f"{name:<12}{'; '.join(parts)}"


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


def _verdicts(report: Report, examples: Sequence[Example]) -> Iterator[Verdict]:
    order = {example.id: number for number, example in enumerate(examples)}
    outcomes = sorted(
        report.outcomes, key=lambda one: (order[one.example], lane_order(one.lane))
    )
    for outcome in outcomes:
        yield verdict_on(outcome, examples)
