"""One sentence of a block about what its run will show."""

from dataclasses import dataclass

from proof.claims.kind import Kind
from proof.claims.versions import EDITIONS, Edition
from proof.lanes import LANES


@dataclass(frozen=True)
class Claim:
    """What a comment that begins with ✅ or ❌ says.

    `line` is the line of the block that it speaks of, counted from 1. `text` is the
    expression, the message, the hang's reason or the warning's text; `name` the
    exception or category. `counts` holds what a leak leaves open, and `number` how many
    run at a time. `lanes` are the databases, or what the block runs under, and
    `editions` those that it is made for. One that stands `apart` speaks of the whole
    run.
    """

    line: int
    meaning: Kind
    text: str = ""
    name: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    number: int = 0
    lanes: tuple[str, ...] = ()
    editions: tuple[Edition, ...] = EDITIONS
    apart: bool = False

    @property
    def kind(self) -> str:
        """The name of its kind: "committed", "rolled back", or a symptom."""
        return self.meaning.name

    @property
    def good(self) -> bool:
        """Whether this is a ✅."""
        return self.meaning.good

    @property
    def expression(self) -> str | None:
        """What is evaluated from outside, if the claim has such a part."""
        return self.text if self.meaning.asks else None

    def speaks_of(self, lane: str) -> bool:
        """Whether the claim is made for this lane, such as `sqlite` or `sqlite/solo`.

        A claim may name databases, what the block runs under, or both.
        """
        parts = lane.split("/")
        databases = [name for name in self.lanes if name in LANES]
        others = [name for name in self.lanes if name not in LANES]
        return (not databases or parts[0] in databases) and (
            not others or parts[-1] in others
        )

    def __str__(self) -> str:
        return f"{'✅' if self.good else '❌'} {self.meaning.sentence(self)}"
