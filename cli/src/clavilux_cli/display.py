"""Live progress of a job: a table that redraws itself on a terminal, a line for each piece of news elsewhere."""

import time
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from clavilux_cli.progress import STAGES, JobProgress, StageProgress

_MARKS = {"waiting": "·", "completed": "✓", "failed": "✗", "cancelled": "–", "skipped": "–"}


class Display(Protocol):
    """Shows a job while it runs."""

    def start(self) -> None:
        """Begins to show."""

    def show(self, progress: JobProgress) -> None:
        """Shows what is known now."""

    def stop(self) -> None:
        """Ends, leaving the last state readable."""


def open_display(console: Console) -> Display:
    """The display that suits where the output goes."""
    return TableDisplay(console) if console.is_terminal else LineDisplay(console)


class LineDisplay:
    """A line for each piece of news, with the time since the start."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._last = ""

    def start(self) -> None:
        """Takes the time."""
        self._began = time.monotonic()

    def show(self, progress: JobProgress) -> None:
        """Prints the news if it is new."""
        if progress.news and progress.news != self._last:
            self._last = progress.news
            elapsed_s = time.monotonic() - self._began
            self._console.print(f"{elapsed_s:6.1f} s  {progress.percent:3d} %  {progress.news}")

    def stop(self) -> None:
        """Nothing is left to do."""


class TableDisplay:
    """Stages, clips, elapsed time and cost, redrawn in place."""

    def __init__(self, console: Console) -> None:
        self._began = time.monotonic()
        self._progress = JobProgress()
        self._spinner = Spinner("dots")
        self._live = Live(console=console, get_renderable=self._draw, refresh_per_second=8)

    def start(self) -> None:
        """Begins to redraw."""
        self._began = time.monotonic()
        self._live.start()

    def show(self, progress: JobProgress) -> None:
        """The next redraw shows this."""
        self._progress = progress

    def stop(self) -> None:
        """Draws once more and lets the table stand."""
        self._live.stop()

    def _draw(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for name, stage in self._progress.stages.items():
            table.add_row(*self._row(STAGES.get(name, name), stage))
        return Group(table, self._footer())

    def _row(self, title: str, stage: StageProgress) -> list[RenderableType]:
        running = stage.status not in _MARKS
        mark: RenderableType = self._spinner if running else _MARKS[stage.status]
        bar: RenderableType = ProgressBar(total=1.0, completed=stage.fraction, width=30) if running else ""
        took = f"{stage.duration_s:.1f} s" if stage.duration_s is not None else ""
        return [mark, title, bar, stage.detail, took]

    def _footer(self) -> Text:
        progress = self._progress
        elapsed_s = time.monotonic() - self._began
        left = f", about {progress.remaining_s:.0f} s left" if progress.remaining_s else ""
        return Text(
            f"\n{progress.percent} %  {elapsed_s:.0f} s elapsed{left}  cost ${progress.cost:.2f}\n{progress.news}",
            style="dim",
        )
