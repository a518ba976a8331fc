"""What was recorded of the guide's blocks: by the guard, and by other tools."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from proof.example import Example
from proof.project import ROOT

GUARDED = ROOT / "evidence" / "measured" / "guarded.json"
RIVALS = ROOT / "evidence" / "measured" / "rivals.json"


@dataclass(frozen=True)
class Rival:
    """Another tool: its versions, how it was run, and its codes by block."""

    name: str
    versions: str = ""
    run: tuple[str, ...] = ()
    said: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: str = ""


@cache
def rivals(path: Path = RIVALS) -> tuple[Rival, ...]:
    """Return what each other tool said in the recorded run."""
    return tuple(
        Rival(
            one["name"],
            one.get("versions", ""),
            tuple(one.get("run", ())),
            {name: tuple(codes) for name, codes in one.get("said", {}).items()},
            one.get("left out", ""),
        )
        for one in json.loads(path.read_text("utf-8"))["tools"]
    )


@cache
def compared(path: Path = RIVALS) -> frozenset[str]:
    """Return the blocks that the other tools were run on."""
    return frozenset(json.loads(path.read_text("utf-8"))["blocks"])


@cache
def guarded(path: Path = GUARDED) -> dict[str, tuple[str, ...]]:
    """Return the kinds that the guard found, by the blocks that a test ran."""
    return {
        name: tuple(kinds)
        for name, kinds in json.loads(path.read_text("utf-8")).items()
    }


def is_silent(example: Example) -> bool:
    """Whether a ❌ fails in no lane by an exception."""
    return not any(claim.kind == "raises" for claim in example.claims)
