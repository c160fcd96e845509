"""What a demo says while it runs: a role, and its plain form for files, pipes and CI."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final, Protocol, TextIO

from streams.demo.board import Snapshot
from streams.demo.figures import Figures
from streams.demo.players import display_name
from streams.demo.view import Card

PLAIN_SECONDS: Final = 4.0
PLAIN_CARDS: Final = 4
PLAIN_WIDTH: Final = 52
MEASURED: Final = "event sent to slate received"


class Screen(Protocol):
    """Where the demo is shown; `seconds` is the time since its start."""

    def step(self, seconds: float, text: str) -> None:
        """Say that something was done."""
        ...

    def alarm(self, seconds: float, lines: Sequence[str]) -> None:
        """Say that something went wrong, and what is done about it."""
        ...

    def is_due(self, seconds: float) -> bool:
        """Say whether it is time to show a snapshot."""
        ...

    def show(self, seconds: float, snapshot: Snapshot) -> None:
        """Show how things are."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


class PlainScreen:
    """Readable lines, nothing redrawn."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._shown = -PLAIN_SECONDS

    def step(self, seconds: float, text: str) -> None:
        """Print one line."""
        self._print(f"{seconds:6.1f} s  {text}")

    def alarm(self, seconds: float, lines: Sequence[str]) -> None:
        """Print all lines."""
        self.step(seconds, lines[0])
        for line in lines[1:]:
            self._print(f"          {line}")

    def is_due(self, seconds: float) -> bool:
        """Say whether the last snapshot is some seconds old."""
        return seconds - self._shown >= PLAIN_SECONDS

    def show(self, seconds: float, snapshot: Snapshot) -> None:
        """Print the figures, what happened, and the shelves with what is new."""
        self._shown = seconds
        self._print("")
        self.step(seconds, status_line(snapshot))
        if is_learning(snapshot):
            self._print(f"          {learning_line(snapshot)}")
        if snapshot.happened:
            self._print(f"          {display_name(snapshot.user)} {snapshot.happened[0]}")
        if snapshot.slate is None:
            return
        for row in snapshot.slate.rows:
            fresh = sum(card.is_new for card in row.cards)
            self._print(f"          {row.title}" + (f"  ({fresh} new)" if fresh else ""))
            for card in row.cards[:PLAIN_CARDS]:
                self._print(_plain_card(card))

    def close(self) -> None:
        """Nothing was redrawn, so nothing is left to restore."""

    def _print(self, line: str) -> None:
        print(line.rstrip(), file=self._out, flush=True)


def _plain_card(card: Card) -> str:
    work = f"{card.title} — {card.artist}" if card.artist else card.title
    shown = work if len(work) <= PLAIN_WIDTH else work[: PLAIN_WIDTH - 1] + "…"
    return f"          {'+' if card.is_new else ' '} {shown:<{PLAIN_WIDTH}}  {card.reason}"


def status_line(snapshot: Snapshot) -> str:
    """Say in one line what is up and how fast it goes."""
    worker = f"worker {snapshot.worker}"
    if snapshot.restarts:
        worker += f" (started again {_times(snapshot.restarts)})"
    return f"broker {snapshot.broker} · {worker} · {rates(snapshot.figures)} · {latency(snapshot.figures)}"


def rates(figures: Figures) -> str:
    """Say how many events and slates come in a second."""
    return f"{figures.events_per_second:,.0f} events/s · {figures.slates_per_second:,.0f} slates/s"


def latency(figures: Figures) -> str:
    """Say how long slates take, and what that measures."""
    if figures.p50_ms is None or figures.p99_ms is None:
        return f"{MEASURED}: not measured yet"
    return f"{MEASURED}: p50 {figures.p50_ms:.0f} ms, p99 {figures.p99_ms:.0f} ms"


def is_learning(snapshot: Snapshot) -> bool:
    """Say whether the past is still being learned."""
    learned, events = snapshot.past
    return learned < events


def learning_line(snapshot: Snapshot) -> str:
    """Say how much of the past is learned."""
    learned, events = snapshot.past
    return f"learned {learned:,} of {events:,} events of the past ({learned / max(1, events):.0%})"


def summary_lines(snapshot: Snapshot, whole: Figures) -> list[str]:
    """Sum up a demo; `whole` holds the percentiles of all of it."""
    return [
        f"{whole.events:,} events, {whole.slates:,} slates; {latency(whole)}",
        f"The slate of {display_name(snapshot.user)} changed {_times(snapshot.changes)}.",
        *([f"The worker was started again {_times(snapshot.restarts)}."] if snapshot.restarts else []),
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
