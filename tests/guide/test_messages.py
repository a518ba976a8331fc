"""What a run tells the processes that it starts needs nothing of theirs."""

import subprocess
import sys

from proof.project import ROOT

FOLDER = ROOT / "proof"
OF_BOTH = {"proof.watching.beneath", "proof.watching.reaches"}
"""What a block reaches for is refused while it is read, and while it runs."""
RUNNING = (
    "child",
    "fill",
    "forker",
    "forkserver",
    "interpreter",
    "runner",
    "supervise",
    "to_outcome",
    "warm_up",
)
OF_THE_CHILDREN = (
    {
        f"proof.{path.parent.name}.{path.stem}"
        for room in ("watching", "inside")
        for path in (FOLDER / room).glob("[a-z]*.py")
    }
    - OF_BOTH
    | {"django_async_lint"}
    | {f"proof.running.{name}" for name in RUNNING}
)
PRINT = "import sys, proof.commands.run; print(*sys.modules)"


def test_who_gives_orders_imports_nothing_of_who_takes_them() -> None:
    """The command, the run and its end of the pipes know the messages alone."""
    said = subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(said.stdout.split())
    assert "proof.running.messages" in imported
    assert imported & OF_THE_CHILDREN == set()
    there = [FOLDER / "running" / f"{name}.py" for name in RUNNING]
    assert all(path.exists() for path in there)
    assert len(OF_THE_CHILDREN) > 20
