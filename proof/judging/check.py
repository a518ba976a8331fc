"""What a run comes to: its verdicts, and where it is not as recorded.

Shared by the commands and the tests, so that both say the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from proof.claims.claim import Claim
from proof.claims.versions import DEFAULT, HERE
from proof.example import Example, lane_order
from proof.examples import kin_of
from proof.judging.judge import judge
from proof.judging.unproven import unproven
from proof.keeping.evidence import Evidence, differences
from proof.outcome import Outcome
from proof.report import Report
from proof.verdict import Verdict

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

        Without those that cannot run here. Empty if another one is missing: then the
        lane was left out or lost.
        """
        unmet = self.report.unmet
        lanes = [
            one for one in example.lanes(database) if (example.id, one) not in unmet
        ]
        found = [self.verdict(example.id, lane) for lane in lanes]
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
        report,
        verdicts,
        tuple(filter(None, found)),
        tuple(apart),
        tuple(_unproven(verdicts, recorded)),
    )


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


def _verdicts(report: Report, examples: Sequence[Example]) -> Iterator[Verdict]:
    order = {example.id: number for number, example in enumerate(examples)}
    outcomes = sorted(
        report.outcomes, key=lambda one: (order[one.example], lane_order(one.lane))
    )
    for outcome in outcomes:
        yield verdict_on(outcome, examples)
