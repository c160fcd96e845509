"""Learning a log behind a progress bar, with a stop watch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from models.events import Event
from streams.commands.console import stderr

SHOW_EVERY = 500
Taught = TypeVar("Taught")


def learn_all(learn: Callable[[Taught], None], lessons: Iterable[Taught]) -> float:
    """Learn all lessons; returns how many seconds that took."""
    began = time.perf_counter()
    for lesson in lessons:
        learn(lesson)
    return time.perf_counter() - began


def shown(events: Sequence[Event]) -> Iterator[Event]:
    """Yield the events behind a progress bar on stderr."""
    columns = (TextColumn("Listening"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        task = progress.add_task("", total=len(events), rate="")
        began = time.monotonic()
        for number, event in enumerate(events):
            if number % SHOW_EVERY == 0:
                rate = f"{number / (time.monotonic() - began + 1e-9):,.0f} events/s"
                progress.update(task, completed=number, rate=rate)
            yield event
