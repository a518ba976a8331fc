"""What is reported: one mistake at one line."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """A mistake at a line, in words; `source` is that line, for the baseline."""

    path: str
    line: int
    column: int
    code: str
    what: str
    why: str = ""
    instead: str = ""
    address: str = ""
    source: str = ""

    @property
    def message(self) -> str:
        """What is wrong, why, what to write instead, and where a ✅ shows it."""
        text = f"{self.what}: {self.why}." if self.why else f"{self.what}."
        if self.instead:
            text += f" Instead: {self.instead}."
        return f"{text} See {self.address}." if self.address else text

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}"
