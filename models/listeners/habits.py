"""How people listen, in figures that simulated and real listeners can be compared by."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from models.events import SESSION_GAP_SECONDS, Event, EventType

WARM_UP_PLAYS: Final = 200
"""Repeats are counted after so many plays: a log begins with what is new to it alone."""
RETURN_DAYS: Final = 30
"""First listens of the first and of the last so many days are left out: known before, or not yet back."""

_DAY_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Habits:
    """One listener's habits; shares in [0, 1], 0 where there is nothing to count.

    `repeat_share` is that of plays whose item was played before; `top_eight_hours_share` that of plays in
    the eight busiest hours of the day (all alike: 0.33); `returns_7` and `returns_30` those of first listens
    (30 seconds or more) heard again within 7 and 30 days, `durable` of those heard again 7 to 30 days later;
    `next_day` of days with a play after which the next day has one.
    """

    plays_per_day: float
    skip_share: float
    repeat_share: float
    session_median: float
    session_p90: float
    top_eight_hours_share: float
    returns_7: float
    returns_30: float
    durable: float
    next_day: float


def measure_habits(events: Sequence[Event]) -> Habits:
    """Measure one listener's events, which are in order of time; raises ValueError without a play."""
    plays = [event for event in events if event.type is EventType.PLAY]
    if not plays:
        raise ValueError("there is no play to measure")
    days = sorted({int(event.at // _DAY_SECONDS) for event in plays})
    lengths = _session_lengths(plays)
    hours = sorted(Counter(int(event.at // 3_600) % 24 for event in plays).values())
    times = _settled(plays)
    return Habits(
        plays_per_day=len(plays) / len(days),
        skip_share=_mean([event.is_skip for event in plays]),
        repeat_share=_repeat_share(plays),
        session_median=lengths[len(lengths) // 2],
        session_p90=lengths[9 * len(lengths) // 10],
        top_eight_hours_share=sum(hours[-8:]) / len(plays),
        returns_7=_returning(times, after=0, within=7),
        returns_30=_returning(times, after=0, within=RETURN_DAYS),
        durable=_returning(times, after=7, within=RETURN_DAYS),
        next_day=_mean([later == day + 1 for day, later in pairwise(days)]),
    )


def _session_lengths(plays: Sequence[Event]) -> list[int]:
    """How many plays each session had, shortest first."""
    lengths = [1]
    for before, after in pairwise(plays):
        if after.at - after.ms_played / 1_000 - before.at > SESSION_GAP_SECONDS:
            lengths.append(0)
        lengths[-1] += 1
    return sorted(lengths)


def _repeat_share(plays: Sequence[Event]) -> float:
    seen: set[str] = set()
    repeats: list[bool] = []
    for event in plays:
        repeats.append(event.item in seen)
        seen.add(event.item)
    return _mean(repeats[WARM_UP_PLAYS:])


def _settled(plays: Sequence[Event]) -> list[list[float]]:
    """The times at which each item was completed, of items first heard in the middle of the log."""
    times: dict[str, list[float]] = {}
    for event in plays:
        if event.is_play:
            times.setdefault(event.item, []).append(event.at)
    margin = RETURN_DAYS * _DAY_SECONDS
    begin, end = plays[0].at + margin, plays[-1].at - margin
    return [heard for heard in times.values() if begin < heard[0] < end]


def _returning(times: Sequence[Sequence[float]], *, after: int, within: int) -> float:
    """Share of items heard again more than `after` and at most `within` days after they were first."""
    returned = [
        bisect_right(heard, heard[0] + within * _DAY_SECONDS)
        > max(1, bisect_right(heard, heard[0] + after * _DAY_SECONDS))
        for heard in times
    ]
    return _mean(returned)


def _mean(happened: Sequence[bool]) -> float:
    """Share of what happened, 0 of nothing."""
    return sum(happened) / len(happened) if happened else 0.0
