"""What a run saw of all its examples."""

from dataclasses import dataclass, field

from proof.outcome import Outcome


@dataclass(frozen=True)
class Report:
    """What a run saw: its outcomes, and for each lane left out the reason.

    `lost` names the lanes that began and could not go on; `seconds` is how long
    each example took, by example and lane. `unmet` holds those, likewise, that need
    what is not on this machine, with the reason. `servers` says by lane whose server
    it ran on.
    """

    outcomes: tuple[Outcome, ...]
    left_out: dict[str, str] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    unmet: dict[tuple[str, str], str] = field(default_factory=dict)
    servers: dict[str, str] = field(default_factory=dict)

    def of(self, example: str) -> dict[str, Outcome]:
        """Return the outcomes of an example by lane."""
        return {one.lane: one for one in self.outcomes if one.example == example}
