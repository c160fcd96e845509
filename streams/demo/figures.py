"""Live figures: events and slates a second, and how long a slate takes from the event it includes."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

RATE_SECONDS: Final = 5.0
"""Rates are means of this long."""
LATENCY_SECONDS: Final = 30.0
"""Live percentiles are those of this long."""
KEPT: Final = 20_000
"""How many moments are remembered."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured at one moment; percentiles in milliseconds, None before the first."""

    events: int
    slates: int
    events_per_second: float
    slates_per_second: float
    p50_ms: float | None
    p99_ms: float | None


class Counter:
    """Counts, and the rate of late."""

    def __init__(self) -> None:
        self.total = 0
        self._moments: deque[float] = deque(maxlen=KEPT)

    def add(self, now: float) -> None:
        """Count one at `now`, which never goes back (seconds of any clock)."""
        self.total += 1
        self._moments.append(now)

    def rate(self, now: float, *, since: float) -> float:
        """Give the mean of the last five seconds, or of the time since a start."""
        seconds = min(RATE_SECONDS, now - since)
        if seconds <= 0.0 or not self._moments:
            return 0.0
        # Where more came than is remembered, those remembered span less than the window.
        if len(self._moments) == KEPT and self._moments[0] > now - seconds:
            seconds = max(now - self._moments[0], 1e-3)
        return (len(self._moments) - bisect_left(self._moments, now - seconds)) / seconds


class Latencies:
    """The last latencies, and their percentiles by nearest rank."""

    def __init__(self) -> None:
        self._taken: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def add(self, now: float, seconds: float) -> None:
        """Note one at `now`."""
        self._taken.append((now, seconds))

    def percentiles_ms(self, *, after: float) -> tuple[float | None, float | None]:
        """Give p50 and p99 in milliseconds of those taken after a moment, None where there are none."""
        latencies = sorted(seconds for at, seconds in self._taken if at > after)
        if not latencies:
            return None, None
        return 1000 * nearest_rank(latencies, 0.5), 1000 * nearest_rank(latencies, 0.99)


def nearest_rank(ascending: Sequence[float], share: float) -> float:
    """Give the smallest value that at least `share` of all do not exceed.

    >>> nearest_rank([1.0, 2.0, 3.0, 4.0], 0.5), nearest_rank([1.0, 2.0, 3.0, 4.0], 0.99)
    (2.0, 4.0)
    """
    return ascending[max(0, ceil(share * len(ascending)) - 1)]
