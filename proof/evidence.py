"""Recorded outcomes: a JSON file a page, to the byte the same for the same run."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from proof.errors import EvidenceError
from proof.example import Example
from proof.extract import ROOT
from proof.outcome import Outcome, from_json, to_json

EVIDENCE = ROOT / "evidence"

VOLATILE = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x…"),
    (re.compile(r"\bfd=\d+"), "fd=…"),
    (re.compile(r"('127\.0\.0\.1', )\d+"), r"\1…"),
    (re.compile(r"127\.0\.0\.1:\d{4,5}"), "127.0.0.1:…"),
    (re.compile(r"(\bport )\d{4,5}\b"), r"\1…"),
    (re.compile(r"proof_[0-9a-f]{8}_\w+"), "guide"),
    (re.compile(r"[\w./-]*/proof-\w+/\w+\.sqlite3"), "guide"),
    (re.compile(r"[\w./-]*/proof-\w+/\w+/(project/)?"), ""),
    (re.compile(r"(Task-|Thread-|ThreadPoolExecutor-|asyncio_)[\d_]+"), r"\1…"),
    (re.compile(r"[\w./-]*/(site-packages|lib/python3\.\d+)/"), ""),
    (re.compile(r"(\bat [\w./-]+\.py):\d+"), r"\1:…"),
    (re.compile(r"(\bprocess |\bpid[= ]|\bthread id )\d+", re.IGNORECASE), r"\1…"),
    (re.compile(r"(\btransaction |\brelation |\bdatabase )\d+"), r"\1…"),
    (re.compile(r"(> took )\d+\.\d+(?= seconds$)"), r"\1…"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00:00"), "now"),
)
"""What changes from run to run in a message, and what is written in its place."""

ANEW = "Undo the edit; or delete the file and record it anew: make record"


@dataclass(frozen=True)
class Evidence:
    """What is recorded of one example: its source's digest and an outcome a lane."""

    source: str
    outcomes: Mapping[str, Outcome]

    def fits(self, example: Example) -> bool:
        """Whether it was recorded from this very source."""
        return self.source == digest(example)


def digest(example: Example) -> str:
    """Return what changes when an example's code or header does."""
    parts = (example.id, example.place, example.call or "", example.code)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def still(value: Any) -> Any:
    """Return plain data with everything volatile held still."""
    if isinstance(value, str):
        # Half of a character, as in the name of a file, cannot be written as UTF-8.
        value = value.encode("utf-8", "backslashreplace").decode("utf-8")
        for pattern, replacement in VOLATILE:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, Mapping):
        return {key: still(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [still(one) for one in value]
    return value


def load(folder: Path = EVIDENCE) -> dict[str, Evidence]:
    """Return the recorded evidence by example id.

    Raises:
        EvidenceError: a file is not what `save` wrote.
    """
    found: dict[str, Evidence] = {}
    for path in sorted(folder.glob("**/*.json")):
        found |= _read(path)
    return found


def save(
    examples: Iterable[Example],
    outcomes: Iterable[Outcome],
    folder: Path = EVIDENCE,
    keep: bool = True,
) -> list[Path]:
    """Write the outcomes, page by page, and return the files that changed.

    What was recorded in a lane that did not run now stays, if `keep`, if it was
    recorded from the same source and if the example still has that lane. Pages and
    examples that are gone leave no evidence.
    """
    old = load(folder) if keep else {}
    new: dict[str, dict[str, Outcome]] = {}
    for outcome in outcomes:
        new.setdefault(outcome.example, {})[outcome.lane] = outcome
    pages: dict[str, dict[str, Any]] = {}
    for example in examples:
        lanes = dict(new.get(example.id, {}))
        recorded = old.get(example.id)
        if recorded is not None and recorded.fits(example):
            lanes = {**_still_its(example, recorded), **lanes}
        pages.setdefault(example.page, {})[example.id] = {
            "source": digest(example),
            "lanes": {name: still(to_json(one)) for name, one in lanes.items()},
        }
    changed = [_write(folder / f"{page}.json", data) for page, data in pages.items()]
    return [*filter(None, changed), *_remove_others(folder, set(pages))]


def _still_its(example: Example, recorded: Evidence) -> dict[str, Outcome]:
    """Return what was recorded in the lanes that the header names today."""
    outcomes = recorded.outcomes.items()
    return {
        lane: outcome
        for lane, outcome in outcomes
        if lane in example.lanes(lane.partition("/")[0])
    }


def differences(recorded: Outcome, seen: Outcome) -> list[str]:
    """Return the lines in which a run differs from what was recorded."""
    before, after = (
        json.dumps(still(to_json(one)), indent=1, sort_keys=True, ensure_ascii=False)
        for one in (recorded, seen)
    )
    lines = unified_diff(
        before.splitlines(), after.splitlines(), "recorded", "seen", n=1, lineterm=""
    )
    return list(lines)


def _write(path: Path, examples: Mapping[str, Any]) -> Path | None:
    body = {"examples": examples, "digest": _digest_of(examples)}
    text = json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
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


def _read(path: Path) -> dict[str, Evidence]:
    try:
        data = json.loads(path.read_text("utf-8"))
        trusted = data["digest"] == _digest_of(data["examples"])
        found = {name: _as_evidence(one) for name, one in data["examples"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, json.JSONDecodeError):
            line, why = error.lineno, str(error)
        else:
            line, why = 1, f"{type(error).__name__}: {error}"
        raise EvidenceError(
            f"{_shown(path)}:{line}: this is not recorded evidence ({why})\n    {ANEW}"
        ) from error
    if not trusted:
        raise EvidenceError(
            f"{_shown(path)}:1: edited by hand: its content does not fit its digest\n"
            f"    {ANEW}"
        )
    return found


def _as_evidence(facts: Mapping[str, Any]) -> Evidence:
    outcomes = {lane: from_json(one) for lane, one in facts["lanes"].items()}
    return Evidence(facts["source"], outcomes)


def _digest_of(examples: Mapping[str, Any]) -> str:
    text = json.dumps(examples, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
