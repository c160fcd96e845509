"""On which days somebody listens, when on a day, and for how long."""

from __future__ import annotations

from typing import Final

from models.listeners.draws import Draws, derive
from models.listeners.rhythm import SHORTEST_PAUSE_SECONDS, Rhythm, session_length

_DAY_SECONDS: Final = 86_400.0
_LONGEST_PAUSE_DAYS: Final = 365


class Calendar:
    """One listener's sessions; what is drawn for a day is drawn from that day alone.

    So the same listener has the same hours and the same lengths of sessions on the same day, whatever
    happened before it, and two recommenders differ in what they did, not in luck (common random numbers).
    """

    __slots__ = ("_day", "_draws", "_key", "_rhythm")

    def __init__(self, rhythm: Rhythm, *, key: int) -> None:
        self._rhythm = rhythm
        self._key = key
        self._day = -1
        self._draws = Draws(key)

    def next_session(self, after: float, *, return_chance: float) -> float:
        """Say when the next session begins: later on the same day, or on a day of return.

        Each day that follows is one of listening with `return_chance`, whatever came before it.
        """
        today = self._rhythm.local_day(after)
        self._turn_to(today)
        at = self._rhythm.next_session(after, self._draws)
        if self._rhythm.local_day(at) == today:
            return at
        for day in range(today + 1, today + _LONGEST_PAUSE_DAYS):
            self._turn_to(day)
            if self._draws.uniform() < return_chance:
                break
        return max(self._time_of_day(), after + SHORTEST_PAUSE_SECONDS)

    def session_plays(self, at: float) -> int:
        """Say how many plays the session that begins at a Unix time is to have."""
        self._turn_to(self._rhythm.local_day(at))
        return session_length(self._draws)

    def _turn_to(self, day: int) -> None:
        if day != self._day:
            self._day = day
            self._draws = Draws(derive(self._key, day))

    def _time_of_day(self) -> float:
        """Draw a time of day as the hours say, by rejection."""
        midnight = self._rhythm.midnight(self._day)
        while True:
            at = midnight + _DAY_SECONDS * self._draws.uniform()
            if self._draws.uniform() < self._rhythm.hours[self._rhythm.local_hour(at)]:
                return at
