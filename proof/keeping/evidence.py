"""Recorded outcomes: a JSON file a page, to the byte the same for the same run."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from proof.claims.versions import DEFAULT, HERE, Edition
from proof.errors import EvidenceError
from proof.example import Example
from proof.keeping.groups import Seen, apart, grouped
from proof.keeping.pagefile import line_of, lined, read, readable, shown, text_of
from proof.keeping.volatile import still
from proof.outcome import Outcome, from_json, to_json
from proof.project import PROJECT

EVIDENCE = PROJECT.evidence


@dataclass(frozen=True)
class Evidence:
    """What is recorded of one example: its page, its source's digest and outcomes.

    `seen` holds the outcomes by edition and lane.
    """

    page: str
    source: str
    seen: Seen

    @property
    def edition(self) -> Edition:
        """The edition to show: the default one, or else what there is."""
        found = (one for one in (DEFAULT, HERE, *self.seen) if self.seen.get(one))
        return next(found, DEFAULT)

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What was seen in the edition to show, by lane."""
        return self.of(self.edition)

    def of(self, edition: Edition) -> Mapping[str, Outcome]:
        """Return what was seen in an edition, by lane; empty if it is not recorded."""
        return self.seen.get(edition, {})

    def fits(self, example: Example) -> bool:
        """Whether it was recorded from this very source."""
        return self.source == digest(example)


def digest(example: Example) -> str:
    """Return what changes when an example's code or header does."""
    parts = (example.id, example.place, example.call or "", example.code)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def load(folder: Path = EVIDENCE) -> dict[str, Evidence]:
    """Return the recorded evidence by example id.

    Raises:
        EvidenceError: a file is not what `save` wrote, or an example stands in two.
    """
    found: dict[str, Evidence] = {}
    for path in sorted(folder.glob("**/*.json")):
        for name, one in _read(path, folder).items():
            if name in found:
                raise _doubled(name, folder, found[name].page, one.page)
            found[name] = one
    return found


def save(
    examples: Iterable[Example],
    outcomes: Iterable[Outcome],
    folder: Path = EVIDENCE,
    keep: bool = True,
    edition: Edition = HERE,
) -> list[Path]:
    """Write the outcomes, page by page, and return the files that changed.

    What was recorded in a lane that did not run now, or in another edition, stays, if
    `keep`, if it was recorded from the same source and if the example still has that
    lane. Pages and examples that are gone leave no evidence.
    """
    old = load(folder) if keep else {}
    new: dict[str, dict[str, Outcome]] = {}
    for outcome in outcomes:
        held = from_json(still(to_json(outcome)))
        new.setdefault(outcome.example, {})[outcome.lane] = held
    pages: dict[str, dict[str, Any]] = {}
    for example in examples:
        seen = _still_its(example, old.get(example.id))
        seen[edition] = {**seen.get(edition, {}), **new.get(example.id, {})}
        facts = {"source": digest(example), "seen": grouped(seen)}
        pages.setdefault(example.page, {})[example.id] = facts
    changed = [_write(folder, page, data) for page, data in pages.items()]
    return [*filter(None, changed), *_remove_others(folder, set(pages))]


def _still_its(
    example: Example, recorded: Evidence | None
) -> dict[Edition, Mapping[str, Outcome]]:
    """Return what was recorded of this source, in lanes that the header names today."""
    if recorded is None or not recorded.fits(example):
        return {}
    return {
        edition: {
            lane: outcome
            for lane, outcome in outcomes.items()
            if lane in example.lanes(lane.partition("/")[0])
        }
        for edition, outcomes in recorded.seen.items()
    }


def differences(recorded: Outcome, seen: Outcome) -> list[str]:
    """Return the lines in which a run differs from what was recorded."""
    before, after = (lined(still(to_json(one)), 2) for one in (recorded, seen))
    lines = unified_diff(
        before.splitlines(), after.splitlines(), "recorded", "seen", n=1, lineterm=""
    )
    return list(lines)


def _write(folder: Path, page: str, examples: Mapping[str, Any]) -> Path | None:
    path, text = folder / f"{page}.json", text_of(page, examples)
    if path.exists() and path.read_text("utf-8") == text:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(text, "utf-8")
    beside.replace(path)
    return path


def _remove_others(folder: Path, pages: set[str]) -> list[Path]:
    kept = {folder / f"{page}.json" for page in pages}
    gone = [path for path in sorted(folder.glob("**/*.json")) if path not in kept]
    for path in gone:
        path.unlink()
    return gone


def _read(path: Path, folder: Path) -> dict[str, Evidence]:
    examples = read(path, folder)
    page = path.relative_to(folder).with_suffix("").as_posix()
    with readable(path):
        return {
            name: Evidence(page, one["source"], apart(name, one["seen"]))
            for name, one in examples.items()
        }


def _doubled(name: str, folder: Path, *pages: str) -> EvidenceError:
    """Return the error that names both files and the lines."""
    paths = [folder / f"{page}.json" for page in pages]
    at = [f"{shown(one)}:{line_of(one.read_text('utf-8'), name)}" for one in paths]
    return EvidenceError(
        f"{at[1]}: the evidence of {name} stands in two files, here and at {at[0]}\n"
        f"    Delete it from that of the page on which {name} no longer stands"
    )
