"""What a person sees while a run works: a counter on a terminal, else plain lines."""

from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from proof.verdict import Verdict


class Watch:
    """Told of every verdict as it falls; shows a refuted one at once and in full."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._total = total
        self._done: Counter[str] = Counter()
        self._counter: Progress | None = None
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._counter = Progress(
                TextColumn("{task.fields[lane]}"),
                BarColumn(24),
                MofNCompleteColumn(),
                TextColumn("{task.fields[last]}", markup=False),
                console=self._console,
                transient=True,
            )
            self._task = self._counter.add_task("", total=total, lane="…", last="")

    def __enter__(self) -> Self:
        if self._counter is not None:
            self._counter.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._counter is not None:
            self._counter.stop()

    def saw(self, verdict: Verdict) -> None:
        """Show one verdict."""
        lane = verdict.outcome.lane
        self._done[lane] += 1
        if self._counter is None:
            print(verdict, flush=True)
            return
        if not verdict.holds:
            self._console.print(str(verdict), markup=False)
        self._counter.update(
            self._task,
            completed=self._done[lane],
            lane=lane,
            last=str(verdict.example),
        )
