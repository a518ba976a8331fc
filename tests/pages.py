"""The guide as the tests see it: its examples, its pairs and its recorded evidence."""

import pytest

from proof.errors import ProofError
from proof.example import Example
from proof.keeping.evidence import Evidence, load
from proof.reading.extract import extract
from proof.running.run import LANES

EXAMPLES: tuple[Example, ...] = ()
RECORDED: dict[str, Evidence] = {}
UNREADABLE: ProofError | None = None
"""Why there are no examples; pytest ends with its text before any test."""

try:
    EXAMPLES = extract()
    RECORDED = load()
except ProofError as error:
    UNREADABLE = error

BY_ID = {example.id: example for example in EXAMPLES}
PAIRS = [(one, BY_ID[one.twin]) for one in EXAMPLES if one.twin]

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)
each_lane = pytest.mark.parametrize("lane", LANES)
each_example_in_its_lanes = pytest.mark.parametrize(
    ("example", "lane"),
    [(e, lane) for lane in LANES for e in EXAMPLES if e.runs_in(lane)],
    ids=str,
)
each_pair_in_its_lanes = pytest.mark.parametrize(
    ("pair", "lane"),
    [(p, lane) for lane in LANES for p in PAIRS if p[0].runs_in(lane)],
    ids=lambda one: one if isinstance(one, str) else str(one[0]),
)
