"""On which days somebody listens, and when on a day."""

from __future__ import annotations

from typing import Final

from models.listeners.draws import Draws
from models.listeners.rhythm import SHORTEST_PAUSE_SECONDS, Rhythm

_DAY_SECONDS: Final = 86_400.0
_LONGEST_PAUSE_DAYS: Final = 365


def next_session(rhythm: Rhythm, after: float, *, return_chance: float, draws: Draws) -> float:
    """Draw when the next session begins: later on the same day, or on a day of return.

    Each day that follows is one of listening with `return_chance`, whatever came before it.
    """
    today = rhythm.local_day(after)
    at = rhythm.next_session(after, draws)
    if rhythm.local_day(at) == today:
        return at
    day = today + 1
    while draws.uniform() >= return_chance and day < today + _LONGEST_PAUSE_DAYS:
        day += 1
    return _time_of(day, rhythm, draws, earliest=after)


def _time_of(day: int, rhythm: Rhythm, draws: Draws, *, earliest: float) -> float:
    """Draw a time of day as the hours say, by rejection; a session of its own where midnight is near."""
    while True:
        at = rhythm.midnight(day) + _DAY_SECONDS * draws.uniform()
        if draws.uniform() < rhythm.hours[rhythm.local_hour(at)]:
            return max(at, earliest + SHORTEST_PAUSE_SECONDS)
