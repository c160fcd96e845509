"""The demo on a terminal: one calm screen, redrawn a few times a second."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from streams.demo.board import Snapshot
from streams.demo.players import display_name
from streams.demo.screen import MEASURED, is_learning, learning_line, rates
from streams.demo.slates import ShownSlate
from streams.demo.view import Row, SlateView

DRAW_SECONDS: Final = 0.25
STEPS: Final = 8
HAPPENED: Final = 3


class LiveScreen:
    """Redraws the whole terminal; leaves it as it was."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps: deque[str] = deque(maxlen=STEPS)
        self._alarms: Sequence[str] = ()
        self._drawn = -DRAW_SECONDS
        self._live = Live(console=console, screen=True, auto_refresh=False)
        self._live.start()

    def step(self, seconds: float, text: str) -> None:
        """List what was done until there is a slate to show."""
        self._steps.append(f"{seconds:5.1f} s  {text}")
        self._alarms = ()
        self._live.update(Padding(Group(*map(Text, self._steps)), (1, 2)), refresh=True)

    def alarm(self, seconds: float, lines: Sequence[str]) -> None:
        """Keep what went wrong in sight until the next step."""
        self._alarms = lines

    def is_due(self, seconds: float) -> bool:
        """Say whether the last drawing is a quarter of a second old."""
        return seconds - self._drawn >= DRAW_SECONDS

    def show(self, seconds: float, snapshot: Snapshot) -> None:
        """Draw."""
        self._drawn = seconds
        self._live.update(self._draw(seconds, snapshot), refresh=True)

    def close(self) -> None:
        """Leave the screen."""
        self._live.stop()

    def _draw(self, seconds: float, snapshot: Snapshot) -> RenderableType:
        rows = snapshot.slate.rows if snapshot.slate else ()
        head = [*self._header(seconds, snapshot), *self._middle(snapshot)]
        parts = [*head, *draw_slate(rows, lines=self._console.height - len(head) - 2)]
        return Padding(Group(*parts), (0, 2))

    def _header(self, seconds: float, snapshot: Snapshot) -> Iterator[RenderableType]:
        title = Table.grid(expand=True)
        title.add_column()
        title.add_column(justify="right")
        clock = f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
        title.add_row(Text("segue", "bold"), Text(f"{snapshot.page}   {clock}", "dim"))
        yield title
        status = Text.assemble(*_light("broker", snapshot.broker), "   ", *_light("worker", snapshot.worker))
        if snapshot.restarts:
            status.append(f" (started again: {snapshot.restarts})", "yellow")
        figures = snapshot.figures
        status.append(f"   {rates(figures)}")
        if figures.p50_ms is not None and figures.p99_ms is not None:
            status.append(f"   p50 {figures.p50_ms:.0f} ms  p99 {figures.p99_ms:.0f} ms", "bold")
            status.append(f"  {MEASURED}", "dim")
        status.truncate(self._console.width - 4, overflow="ellipsis")
        yield status
        yield Rule(style="dim")

    def _middle(self, snapshot: Snapshot) -> Iterator[RenderableType]:
        for line in self._alarms:
            yield Text(line, "yellow", no_wrap=True, overflow="ellipsis")
        if is_learning(snapshot):
            learned, events = snapshot.past
            yield Text(learning_line(snapshot))
            yield ProgressBar(total=events, completed=learned, width=min(60, self._console.width - 4))
        for place, sentence in enumerate(snapshot.happened[:HAPPENED]):
            name = Text(f"{display_name(snapshot.user)} ", "bold" if place == 0 else "dim")
            name.append(sentence, "not bold" if place == 0 else "dim")
            name.truncate(self._console.width - 4, overflow="ellipsis")
            yield name


def print_slate(console: Console, slate: ShownSlate, view: SlateView) -> None:
    """Print a slate under the time of the event that it includes, in the time zone of this machine."""
    at = datetime.fromtimestamp(slate.at, UTC).astimezone()
    console.print(
        Rule(Text(f"{display_name(slate.user)} · {at:%Y-%m-%d %H:%M:%S}"), style="dim", align="left")
    )
    for row in view.rows:
        console.print(Text(row.title, "bold cyan"))
        console.print(draw_row(row, places=len(row.cards)))


def draw_slate(rows: Sequence[Row], *, lines: int) -> Iterator[RenderableType]:
    """Draw the shelves of a slate on so many lines, as many items each as there is room for."""
    if not rows:
        return
    places = max(1, (lines - 2 * len(rows)) // len(rows))
    for row in rows:
        yield Text("")
        yield Text(row.title, "bold cyan", no_wrap=True, overflow="ellipsis")
        yield draw_row(row, places=places)


def draw_row(row: Row, *, places: int) -> Table:
    """Draw one shelf: what is new stands out, the reason stands back."""
    table = Table.grid(expand=True, padding=(0, 2, 0, 0))
    table.add_column(width=1)
    for ratio in (5, 4, 6):
        table.add_column(ratio=ratio, no_wrap=True, overflow="ellipsis")
    for card in row.cards[:places]:
        style = "bold green" if card.is_new else ""
        mark = Text("+" if card.is_new else " ", style)
        table.add_row(mark, Text(card.title, style), Text(card.artist), Text(card.reason, "dim italic"))
    return table


def _light(what: str, state: str) -> Iterator[tuple[str, str]]:
    yield ("● ", "green" if state.startswith("up") else "yellow")
    yield (f"{what} {state}", "")
