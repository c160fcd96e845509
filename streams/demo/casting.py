"""Who plays in a demo: a simulated population, and perhaps a listener with a real history."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.events import CatalogRecord, Event
from streams.demo.history import ImportedHistory, RememberedListener, read_history
from streams.demo.players import ClockedPlayer, Player, World
from streams.demo.script import Script
from streams.sources import BadRow

SEED: Final = 20_261
SLEEP_SECONDS: Final = 3_600.0
"""A listener with a history goes on this long after its last event, in a new session."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The listener in focus, everybody else, what was played before (each listener's in order), and items."""

    focus: Player
    others: Sequence[Player]
    past: Sequence[Event]
    records: Sequence[CatalogRecord]
    bad_rows: Sequence[BadRow] = ()

    @property
    def users(self) -> list[str]:
        """Everybody, the listener in focus first."""
        return [self.focus.user, *(player.user for player in self.others)]


def choose_cast(script: Script) -> Cast:
    """Make everybody, and their past. Raises `UnreadableSource` for a history that cannot be read."""
    now = time.time()
    world = World(seed=SEED, listeners=script.listeners, now=now)
    past = list(world.past(now=now))
    records = list(world.records())
    if script.history is None:
        focus, *others = world.players
        return Cast(focus=focus, others=others, past=past, records=records)
    history = read_history(script.history, script.format, script.user)
    remembered = _live_on(history)
    return Cast(
        focus=remembered[0],
        others=[*remembered[1:], *world.players],
        past=[*past, *history.events],
        records=[*records, *history.records],
        bad_rows=history.bad_rows,
    )


def _live_on(history: ImportedHistory) -> list[Player]:
    """Everybody of a history, the listener to show first."""
    lives: dict[str, list[Event]] = {history.user: []}
    for event in history.events:
        lives.setdefault(event.user, []).append(event)
    return [
        ClockedPlayer(
            RememberedListener(user, events, seed=SEED), at=events[-1].at + SLEEP_SECONDS, seed=SEED
        )
        for user, events in lives.items()
    ]
