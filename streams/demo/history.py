"""A real history: read from an export, and lived on by a simulation of its listener."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.events import PLAY_MS, SESSION_GAP_SECONDS, CatalogRecord, Event, EventType, Origin
from models.listeners import Action
from models.listeners.draws import Draws, derive
from models.listeners.responses import listen, respond, skip_chance
from models.listeners.rhythm import Rhythm, pause_seconds, session_length
from streams.demo.players import TYPICAL_MS
from streams.sources import BadRow, Format, UnreadableSource, read_listening_log

PRESSES_RECOMMENDED: Final = 0.7
"""How often the listener takes something from the slate rather than from memory: this is what is shown."""
MEMORY: Final = 512

_LIFE, _RHYTHM = range(2)


@dataclass(frozen=True, slots=True)
class ImportedHistory:
    """What an export holds: the listener to show, events in order of time, records, and rows left out."""

    user: str
    events: Sequence[Event]
    records: Sequence[CatalogRecord]
    bad_rows: Sequence[BadRow]


def read_history(path: Path, format: Format, user: str) -> ImportedHistory:
    """Read an export; `user` is the listener to show, and of rows that name none.

    Raises `UnreadableSource` where the path is no such export or holds no event.
    """
    imported = read_listening_log([path], format, user, now=time.time())
    events = [one for one in imported if isinstance(one, Event)]
    if not events:
        raise UnreadableSource(f"{path} holds no event", hint=f"Is it a {format} export? See --format.")
    listeners = Counter(event.user for event in events)
    return ImportedHistory(
        user=user if user in listeners else listeners.most_common(1)[0][0],
        events=events,
        records=[one for one in imported if isinstance(one, CatalogRecord)],
        bad_rows=[one for one in imported if isinstance(one, BadRow)],
    )


class RememberedListener:
    """Lives on after a real history: plays what the slate shows, or what was played of late."""

    def __init__(self, user: str, history: Sequence[Event], *, seed: int) -> None:
        self.user = user
        self._draws = Draws(derive(seed, _LIFE))
        self._rhythm = Rhythm.draw(Draws(derive(seed, _RHYTHM)))
        self._memory = [event.item for event in history if event.is_play][-MEMORY:]
        self._duration_ms = _durations_ms(history)
        self._agenda: list[Action] = []
        self._plays_left = 0
        self._done = 0
        self._last_at = 0.0

    def begin(
        self, now: float, slate: Sequence[str] = (), *, recommendation: str = "", shelf: str = ""
    ) -> Action:
        """Decide what to do from `now` on (Unix seconds)."""
        if now - self._last_at > SESSION_GAP_SECONDS:
            self._plays_left = session_length(self._draws)
        if self._agenda:
            return self._agenda.pop()
        origin = None
        if slate and (self._draws.uniform() < PRESSES_RECOMMENDED or not self._memory):
            position = self._draws.zipf(len(slate))
            item, origin = slate[position], Origin(recommendation, shelf, position)
        else:
            item = self._memory[-1 - self._draws.zipf(len(self._memory))]
        return self._play(item, origin)

    def finish(self, action: Action, *, at: float) -> Event:
        """Make the event of an action that ended at a Unix time."""
        self._last_at = at
        self._done += 1
        number = f"{self.user}-demo-{self._done}"
        return action.done(number, self.user, at=at, context=self._rhythm.context(at))

    def next_start(self, after: float) -> float:
        """Draw when the next action begins: at once, after a pause, or with a later session."""
        if self._agenda:
            return after + 1.5
        if self._plays_left > 0:
            return after + pause_seconds(self._draws)
        return self._rhythm.next_session(after, self._draws)

    def _play(self, item: str, origin: Origin | None) -> Action:
        """Listen for a while; what was heard is remembered, and perhaps liked."""
        known = item in self._memory
        chance = skip_chance(known=known, of_home_genre=True, bad_mood=False)
        duration_ms = self._duration_ms.get(item, TYPICAL_MS)
        ms_played, ended = listen(duration_ms, chance_of_skip=chance, draws=self._draws)
        self._plays_left -= 1
        if ms_played >= PLAY_MS:
            self._memory = [*self._memory[1 - MEMORY :], item]
        if respond(known=known, ended=ended, draws=self._draws) is EventType.LIKE:
            self._agenda.append(Action(EventType.LIKE, item=item))
        return Action(
            EventType.PLAY,
            item=item,
            ms_played=ms_played,
            duration_ms=duration_ms,
            ended=ended,
            origin=origin,
        )


def _durations_ms(history: Sequence[Event]) -> Mapping[str, int]:
    """Take the longest play of an item for its length: an account's export does not say it."""
    longest: dict[str, int] = {}
    for event in history:
        heard = event.duration_ms or event.ms_played
        if heard > PLAY_MS:
            longest[event.item] = max(heard, longest.get(event.item, 0))
    return longest
