"""All that the page builder reads: the examples, and what is recorded of them."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from proof.claims.claim import Claim
from proof.claims.versions import DEFAULT, Edition
from proof.example import Example, lane_order
from proof.examples import kin_of
from proof.judging.judge import judge
from proof.judging.unproven import unproven
from proof.keeping.evidence import EVIDENCE, Evidence, load
from proof.lanes import LANES
from proof.outcome import Outcome
from proof.project import ROOT
from proof.reading.extract import extract
from proof.showing.words import in_flight
from proof.verdict import Verdict

DOCS = ROOT / "docs"
FOLDERS = "PROOF_EVIDENCE"
State = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Seen:
    """One verdict, and the lanes that share it; `edition` is the one they ran in."""

    lanes: tuple[str, ...]
    verdict: Verdict
    edition: Edition = DEFAULT

    @property
    def outcome(self) -> Outcome:
        """What was seen, the same in each of the lanes."""
        return self.verdict.outcome


@dataclass(frozen=True, eq=False)
class Library:
    """Every example, and by its id what is recorded of it in each folder."""

    examples: tuple[Example, ...]
    recorded: Mapping[str, tuple[Evidence, ...]]

    @cached_property
    def by_id(self) -> dict[str, Example]:
        """The examples by id."""
        return {example.id: example for example in self.examples}

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each example stands among all, by id."""
        return {example.id: place for place, example in enumerate(self.examples)}

    @cached_property
    def _seen(self) -> dict[str, tuple[Seen, ...]]:
        """What `seen` has answered: a page asks several times, and each is judged."""
        return {}

    def missing(self, example: Example) -> str | None:
        """Return what is wrong with the evidence of an example, None if nothing."""
        if not any(one.outcomes for one in self.recorded.get(example.id, ())):
            return f"no run of {example.id} is recorded"
        if not self.outcomes(example):
            return f"the block {example.id} has changed since it was last run"
        return None

    def outcomes(self, example: Example) -> dict[str, Outcome]:
        """Return what was seen by lane, the page's own lanes first."""
        return {lane: seen for lane, (_, seen) in self._shown(example).items()}

    def edition(self, example: Example, lane: str) -> Edition:
        """Return the edition in which what is shown of a lane was seen."""
        return self._shown(example)[lane][0]

    def editions(self, example: Example) -> tuple[Edition, ...]:
        """Return every edition in which something was seen of the example, in order."""
        found = {
            edition
            for one in self.recorded.get(example.id, ())
            if one.fits(example)
            for edition, outcomes in one.seen.items()
            if outcomes
        }
        return tuple(sorted(found, key=lambda one: (one != DEFAULT, str(one))))

    def claims_for(self, example: Example, lane: str) -> tuple[Claim, ...]:
        """Return the claims that speak of what is shown of a lane."""
        return example.claims_for(lane, self.edition(example, lane))

    def _shown(self, example: Example) -> dict[str, tuple[Edition, Outcome]]:
        found: dict[str, tuple[Edition, Outcome]] = {}
        for one in self.recorded.get(example.id, ()):
            if one.fits(example):
                found |= {lane: (one.edition, o) for lane, o in one.outcomes.items()}
        return {lane: found[lane] for lane in sorted(found, key=lane_order)}

    def seen(self, example: Example) -> tuple[Seen, ...]:
        """Return the verdicts, those that differ in nothing but the lane as one."""
        if example.id not in self._seen:
            self._seen[example.id] = self._merged(example)
        return self._seen[example.id]

    def _merged(self, example: Example) -> tuple[Seen, ...]:
        merged: dict[str, Seen] = {}
        for lane, (edition, outcome) in self._shown(example).items():
            verdict = judge(example, outcome, self.kin(example), edition)
            shown = replace(
                outcome, lane="", in_flight=in_flight(example, outcome) or 0
            )
            key = repr((shown, verdict.reasons, edition))
            lanes = merged[key].lanes if key in merged else ()
            merged[key] = Seen((*lanes, lane), verdict, edition)
        return tuple(merged.values())

    def not_run(self, example: Example) -> tuple[str, ...]:
        """Return the lanes in which nothing is recorded of an example."""
        found = self.outcomes(example)
        lanes = [lane for database in LANES for lane in example.lanes(database)]
        return tuple(lane for lane in lanes if lane not in found)

    def unproven(self, example: Example) -> tuple[Claim, ...]:
        """Return the claims of an example that no run has seen."""
        recorded = self.recorded.get(example.id, ())
        left = [set(unproven(example, one)) for one in recorded]
        return tuple(c for c in example.claims if all(c in one for one in left))

    def neighbours(self, example: Example) -> tuple[Example, ...]:
        """Return the examples directly before and after one on its page."""
        place = self._places[example.id]
        around = self.examples[max(place - 1, 0) : place + 2]
        return tuple(
            one for one in around if one.path == example.path and one.id != example.id
        )

    def kin(self, example: Example) -> tuple[Example, ...]:
        """Return the examples on the other side of an example's pairs."""
        return kin_of(example, self.examples)

    def lines_where_it_happened(self, example: Example) -> tuple[int, ...]:
        """Return the lines that raised, warned, hung or blocked, in any lane."""
        lines: set[int] = set()
        for outcome in self.outcomes(example).values():
            happened = (outcome.raised, outcome.hang, *outcome.warnings)
            lines |= {one.line for one in happened if one is not None}
            lines |= set(outcome.stalls)
        return tuple(sorted(lines - {0}))

    def linked_lines(self, example: Example) -> set[int]:
        """Return the lines that the evidence links to."""
        seen = self.seen(example)
        lines = {one.line for each in seen for one in each.outcome.statements}
        lines |= {one.line for each in seen for one in each.verdict.reasons}
        return lines.union(self.lines_where_it_happened(example)) - {0}


def read_library() -> Library:
    """Return what stands on disk now; read again only when a file has changed.

    Raises:
        ProofError: a page, a header, a claim or a file of evidence cannot be read.
    """
    folders = _folders()
    pages = DOCS.glob("**/*.md")
    files = [*pages, *(path for one in folders for path in one.glob("**/*.json"))]
    return _read(DOCS, folders, _state(files))


@lru_cache(maxsize=1)
def _read(docs: Path, folders: tuple[Path, ...], state: State) -> Library:
    recorded: dict[str, tuple[Evidence, ...]] = {}
    for folder in folders:
        for name, one in load(folder).items():
            recorded[name] = (*recorded.get(name, ()), one)
    return Library(extract(docs), recorded)


def _folders() -> tuple[Path, ...]:
    given = os.environ.get(FOLDERS)
    return tuple(map(Path, given.split(os.pathsep))) if given else (EVIDENCE,)


def _state(files: Iterable[Path]) -> State:
    stats = ((path, path.stat()) for path in sorted(files))
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
