"""What came of it, one listener at a time: plays, first listens, durable discoveries, days."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from models.events import Event, EventType

DURABLE_AFTER_DAYS: Final = 7
DURABLE_WITHIN_DAYS: Final = 30
"""A discovery lasts if it is played again so many days after it was first heard."""
AROUND_DAY_30: Final = range(27, 34)
"""The days, from 0, whose shares of returning listeners are averaged: one week, so every weekday once."""

_DAY_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class LifeFigures:
    """What one listener did in the days that count.

    `completed_plays` lasted 30 seconds or more, `skips` less. Of the completed ones, `repeats` were of items
    completed before (in the past, too), the others are `first_listens`; `from_home` came from the screen.
    `durable_discoveries` are first listens that were completed again 7 to 30 days later.
    `days_around_30` is how many of the seven days around day 30 they listened on, `last_days` how many of
    the last thirty.
    """

    completed_plays: int
    skips: int
    repeats: int
    from_home: int
    first_listens: int
    durable_discoveries: int
    days_around_30: int
    last_days: int
    days: int


@dataclass(slots=True)
class Diary:
    """Takes down one listener's events in the order of time; those before `opens_at` are their past.

    Memory grows with the items that were heard.
    """

    opens_at: float
    completed_plays: int = 0
    skips: int = 0
    repeats: int = 0
    from_home: int = 0
    _first: dict[str, float] = field(default_factory=dict)
    _durable: set[str] = field(default_factory=set)
    _days: set[int] = field(default_factory=set)

    def add(self, event: Event) -> None:
        """Take down an event; all but plays say nothing here."""
        if event.type is not EventType.PLAY:
            return
        counts = event.at >= self.opens_at
        if event.is_play:
            self._complete(event, counts)
        elif counts:
            self.skips += 1
        if counts:
            self._days.add(int((event.at - self.opens_at) // _DAY_SECONDS))

    def figures(self, *, days: int) -> LifeFigures:
        """Sum up `days` days."""
        return LifeFigures(
            completed_plays=self.completed_plays,
            skips=self.skips,
            repeats=self.repeats,
            from_home=self.from_home,
            first_listens=self.completed_plays - self.repeats,
            durable_discoveries=len(self._durable),
            days_around_30=sum(day in self._days for day in AROUND_DAY_30),
            last_days=sum(day in self._days for day in range(max(0, days - 30), days)),
            days=sum(day in self._days for day in range(days)),
        )

    def _complete(self, event: Event, counts: bool) -> None:
        first = self._first.setdefault(event.item, event.at)
        if not counts:
            return
        self.completed_plays += 1
        self.from_home += event.origin is not None
        self.repeats += first < event.at
        since_days = (event.at - first) / _DAY_SECONDS
        if first >= self.opens_at and DURABLE_AFTER_DAYS <= since_days <= DURABLE_WITHIN_DAYS:
            self._durable.add(event.item)
