"""Every error that the project raises on purpose.

ProofError
├── ProjectError        (ValueError)    [tool.proof] cannot be read, or is not there
├── MarkdownError       (ValueError)    a page says something that cannot be read
├── UnknownExample      (LookupError)   no example or page of that name
├── LaneUnavailable     (RuntimeError)  a lane cannot run, and why
├── ServerDied          (RuntimeError)  a process of the run ended unasked
└── EvidenceError       (ValueError)    a file under evidence/ cannot be trusted
"""

from pathlib import Path


class ProofError(Exception):
    """Something a person has to mend; its text says what and where."""


class ProjectError(ProofError, ValueError):
    """What `[tool.proof]` of a pyproject.toml says cannot be used."""


class MarkdownError(ProofError, ValueError):
    """A page says something that cannot be read; the text begins with path:line."""

    def __init__(self, path: Path | str, line: int, problem: str, then: str) -> None:
        super().__init__(f"{path}:{line}: {problem}\n    {then}")
        self.path, self.line, self.problem, self.then = path, line, problem, then


class UnknownExample(ProofError, LookupError):
    """No example or page has that name; the text suggests the nearest."""


class LaneUnavailable(ProofError, RuntimeError):
    """A lane cannot run; the text is the reason, in one line."""


class ServerDied(ProofError, RuntimeError):
    """A process that the run depends on ended without being asked to."""


class EvidenceError(ProofError, ValueError):
    """A file under evidence/ is damaged or was edited by hand."""
