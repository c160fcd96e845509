"""Listening logs as commands read them: records and events, or a word on what is wrong with them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from models.events import CatalogRecord, Event
from models.listeners import Population, simulate
from streams.commands.console import fail, say
from streams.sources import BadRow, Format, UnreadableSource, read_listening_log

SIMULATED_FROM: Final = 1_700_000_000.0
SIMULATED_EVENTS: Final = 1_500
"""Of each simulated listener."""


def simulate_log(
    listeners: int, *, events_each: int = SIMULATED_EVENTS
) -> tuple[list[CatalogRecord], list[Event]]:
    """Let simulated listeners live, whose contexts are known to matter; the same ones each time."""
    population = Population(seed=1, listeners=listeners, items=4_000, artists=400)
    events = simulate(population, events=events_each * listeners, start_at=SIMULATED_FROM)
    return list(population.catalogue.records()), list(events)


def read_log(paths: Sequence[Path], format: Format, user: str) -> tuple[list[CatalogRecord], list[Event]]:
    """Read logs merged by time; bad rows are named and passed over, logs without an event end the command."""
    try:
        log = read_listening_log(paths, format, user, now=time.time())
    except UnreadableSource as error:
        fail(str(error), error.hint)
    for bad in (one for one in log if isinstance(one, BadRow)):
        say(f"Bad row: {bad}")
    events = [one for one in log if isinstance(one, Event)]
    if not events:
        fail("The logs hold no event.", "See `segue backtest --help` for the formats.")
    return [one for one in log if isinstance(one, CatalogRecord)], events
