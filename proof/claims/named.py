"""Claims that name a type and its message: `Type: message`."""

import re
from typing import TYPE_CHECKING

from proof.claims.kind import ClaimError, Fields, Kind

if TYPE_CHECKING:
    from proof.claims.claim import Claim


class Named(Kind):
    """A kind that names an exception or a category of warning, and its message."""

    def read(self, line: int, rest: str) -> Fields:
        """Read `Type: message`; a type alone says that the message is empty."""
        name, colon, text = rest.partition(":")
        says_nothing = colon and not text.strip(" …")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name) or says_nothing:
            raise ClaimError(
                line,
                f'"{self.name} {rest}" does not read as a type and its message',
                f"Write `❌ {self.name} Type: message`, shortened with … "
                "if it is long.",
            )
        return {"name": name, "text": text.strip()}

    def sentence(self, claim: "Claim") -> str:
        return f"{self.name} {claim.name}" + (f": {claim.text}" if claim.text else "")


def short(name: str) -> str:
    """Return a class's name without its modules."""
    return name.rpartition(".")[2]
