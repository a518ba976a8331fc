"""The noun that travels: one block of the guide."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

from proof.claims.claim import Claim
from proof.claims.versions import DEFAULT, EDITIONS, HERE, Edition
from proof.lanes import LANES
from proof.places import PLACES, UNDER


@dataclass(frozen=True)
class Example:
    """One fenced Python block in `docs/`.

    `path` is relative to the root of the project. `start` and `end` are the lines of
    its two fences, counted from 1, so the block's own line n is the page's line
    `start + n`. `call` is the expression that a caller of the block evaluates.
    `under` names the pools, servers, runners or callers that it runs under in turn.
    """

    id: str
    title: str
    place: str
    path: Path
    start: int
    end: int
    code: str
    claims: tuple[Claim, ...]
    printed: tuple[str, ...] = ()
    twin: str | None = None
    call: str | None = None
    settles: tuple[str, ...] = ()
    under: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether this is a ✅, in the default edition."""
        return all(claim.good for claim in self.claims_of(DEFAULT))

    @property
    def page(self) -> str:
        """The page's name below `docs/`, without its ending."""
        return str(Path(*self.path.parts[1:]).with_suffix(""))

    def runs_in(self, database: str) -> bool:
        """Whether it has anything to do with what a lane adds."""
        alone = self._alone
        return database in LANES and (
            database == alone if alone else LANES[database].takes(self)
        )

    @property
    def _alone(self) -> str:
        """The lane that all of its claims name, if it runs an example of its own."""
        named = {lane for claim in self.claims for lane in claim.lanes or ("",)}
        lane = named.pop() if len(named) == 1 else ""
        return lane if lane in LANES and LANES[lane].alone else ""

    @property
    def has_broker(self) -> bool:
        """Whether its processes talk through a message broker."""
        return PLACES[self.place].has_broker

    def lanes(self, database: str) -> tuple[str, ...]:
        """Return the lanes in which it runs on one database, one for each `under`."""
        if not self.runs_in(database):
            return ()
        return tuple(f"{database}/{one}" for one in self.under) or (database,)

    @property
    def expressions(self) -> tuple[str, ...]:
        """What the claims ask of the database."""
        found = (claim.expression for claim in self.claims)
        return tuple(dict.fromkeys(text for text in found if text is not None))

    def at(self, line: int) -> str:
        """Return the address on the page of a line of the block."""
        return f"{self.path}:{self.start + line}"

    def source(self, line: int) -> str:
        """Return one line of the block, without its indent."""
        lines = self.code.splitlines()
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    def claims_of(self, edition: Edition) -> tuple[Claim, ...]:
        """Return the claims that are made for an edition."""
        return tuple(claim for claim in self.claims if edition in claim.editions)

    def claims_for(self, lane: str, edition: Edition = HERE) -> tuple[Claim, ...]:
        """Return the claims that are made for a lane and an edition."""
        return tuple(c for c in self.claims_of(edition) if c.speaks_of(lane))

    def aimless(self) -> str:
        """Return where a ✅ asks for nothing: a lane and an edition."""
        lanes = [lane for database in LANES for lane in self.lanes(database)]
        for lane, edition in product(lanes, EDITIONS):
            claims = self.claims_for(lane, edition)
            asks = any(claim.meaning.asks for claim in claims)
            if claims and claims[0].good and not asks:
                return f"{lane}, {edition}"
        return ""

    def __str__(self) -> str:
        return f"{self.path}:{self.start}-{self.end}"


def lane_order(lane: str) -> tuple[int, int]:
    """Return where a lane stands among the others."""
    database, _, under = lane.partition("/")
    return [*LANES].index(database), (UNDER.index(under) if under else 0)
