"""What was measured, a file a kind: `make measure` writes them."""

import json
from typing import Any

from proof.project import ROOT

MEASURED = ROOT / "evidence" / "measured"


def read_measured(kind: str) -> Any:
    """Return what was measured of a kind, such as `faults`."""
    return json.loads((MEASURED / f"{kind}.json").read_text("utf-8"))
