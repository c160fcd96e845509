"""One listener during an experiment: the totals from which its metrics are made."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from models.events import Event, EventType

DAY_SECONDS: Final = 86_400
RETURNS_AFTER_DAYS: Final = 7
RETURNS_WITHIN_DAYS: Final = 30
BLOCK_PLAYS: Final = 25
"""Artists are counted in blocks of so many plays: the more plays, the fewer of them are of new artists, so
that only stretches of one length compare."""


class Metric(StrEnum):
    """What differs between variants; each is a ratio of totals over listeners."""

    COMPLETED_PLAYS = "completed_plays"
    """Plays of 30 seconds or more, for each day since the listener's first event."""
    DURABLE_DISCOVERIES = "durable_discoveries"
    """First listens whose item is played again 7 to 30 days later, for each day since the first event."""
    ACTIVE_DAYS = "active_days"
    """The share of the days since the first event on which the listener did something."""
    SKIP_RATE = "skip_rate"
    """The share of plays that stopped before 30 seconds."""
    VARIETY = "variety"
    """Different artists in 100 plays of 30 seconds or more, items where no artist is named."""


PER_DAY: Final = frozenset({Metric.COMPLETED_PLAYS, Metric.DURABLE_DISCOVERIES, Metric.ACTIVE_DAYS})
"""Metrics for each day since a listener's first event, days on which nothing happened among them."""

Fraction = tuple[float, float]


class Behaviour:
    """A listener's totals so far; events come in the order of time.

    Memory grows with the items that the listener has played: a discovery is what was not played before.

    >>> play = Event(id="1", type=EventType.PLAY, user="ann", at=86_400.0, item="t:1", ms_played=60_000)
    >>> ann = Behaviour()
    >>> ann.hear(play, artist="Shindy")
    >>> ann.fractions()[Metric.COMPLETED_PLAYS]
    (1.0, -1.0)
    """

    __slots__ = (
        "_active_days", "_block", "_block_left", "_blocks", "_different", "_discoveries", "_first_at",
        "_first_day", "_last_day", "_plays", "_skips",
    )  # fmt: skip

    def __init__(self) -> None:
        self._first_day = self._last_day = -1
        self._active_days = self._plays = self._skips = self._discoveries = 0
        self._first_at: dict[str, float] = {}
        self._block: set[str] = set()
        self._block_left = BLOCK_PLAYS
        self._blocks = self._different = 0

    def hear(self, event: Event, *, artist: str) -> None:
        """Take in an event about an item of an artist, empty where none is known."""
        day = day_of(event)
        if self._first_day < 0:
            self._first_day = day
        self._active_days += day != self._last_day
        self._last_day = day
        if event.is_skip:
            self._skips += 1
        elif event.type is EventType.PLAY:
            self._plays += 1
            self._discover(event.item, event.at)
            self._vary(artist or event.item)

    def fractions(self) -> dict[Metric, Fraction]:
        """The totals above and below the line of each metric of which the listener says something.

        Those below are whole numbers. For the metrics of `PER_DAY` they are minus the day of the first event:
        with the number of any later day and 1 added, they are the days that have passed.
        """
        passed = -float(self._first_day)
        fractions = {
            Metric.COMPLETED_PLAYS: (float(self._plays), passed),
            Metric.DURABLE_DISCOVERIES: (float(self._discoveries), passed),
            Metric.ACTIVE_DAYS: (float(self._active_days), passed),
        }
        if self._skips + self._plays:
            fractions[Metric.SKIP_RATE] = (float(self._skips), float(self._skips + self._plays))
        if self._blocks:
            fractions[Metric.VARIETY] = (100.0 * self._different, float(BLOCK_PLAYS * self._blocks))
        return fractions

    def _discover(self, item: str, at: float) -> None:
        """A first listen counts once, on the first return that comes neither too early nor too late."""
        days = (at - self._first_at.setdefault(item, at)) / DAY_SECONDS
        if RETURNS_AFTER_DAYS <= days <= RETURNS_WITHIN_DAYS:
            self._discoveries += 1
            self._first_at[item] = -RETURNS_WITHIN_DAYS * DAY_SECONDS - 1.0

    def _vary(self, artist: str) -> None:
        self._block.add(artist)
        self._block_left -= 1
        if self._block_left == 0:
            self._different += len(self._block)
            self._blocks += 1
            self._block.clear()
            self._block_left = BLOCK_PLAYS


def day_of(event: Event) -> int:
    """The day of an event, in UTC, counted from 1970."""
    return int(event.at // DAY_SECONDS)
