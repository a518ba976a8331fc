"""One thing that the guard has found in a test, and how it is told."""

from collections.abc import Iterable
from dataclasses import dataclass

from django_async_lint.guard.kinds import KINDS
from django_async_lint.watching.line import NOWHERE, Line
from django_async_lint.watching.own import Project


@dataclass(frozen=True)
class Finding:
    """What was seen: `says` is a sentence, `line` the innermost of the user's code."""

    kind: str
    says: str
    line: Line = NOWHERE

    def text(self, project: Project) -> str:
        """Return it with its line, what to do, and where the guide shows that."""
        kind = KINDS[self.kind]
        return "\n".join(
            (
                f"{where(self.line, project)}: {self.kind}: {self.says}",
                f"    It is {kind.sentence}.",
                f"    Instead: {kind.instead}.",
                f"    See {kind.address}",
            )
        )


class AsyncGuardError(AssertionError):
    """A test did what the guard does not let pass."""


def where(line: Line, project: Project) -> str:
    """Return a line as `file:number in function`, or that it is not known."""
    if not line:
        return "no line of this project"
    return f"{project.shorten(line.file)}:{line.number} in {line.function}"


def told(findings: Iterable[Finding], project: Project) -> str:
    """Return all findings of a test, and how one of them is allowed."""
    found = list(findings)
    kinds = sorted({one.kind for one in found})
    names = ", ".join(f'"{name}"' for name in kinds)
    return "\n".join(
        (
            "the async guard found:",
            *(one.text(project) for one in found),
            f'To allow it here: @async_guard(allow=[{names}], reason="…")',
        )
    )
