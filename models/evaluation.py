"""Progressive validation: predict first, then learn, and ranking metrics kept in constant memory.

Protocol A, strict: each play of 30 seconds or more is a target. It is ranked by what was known when the
listener's previous event ended, then learned; an item that is not ranked counts as missed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from models.events import Event

DEPTH: Final = 20
"""Places that are looked at."""


class Recommender(Protocol):
    """Whatever ranks items for a listener and learns from events."""

    def recommend(self, user: str, *, most: int) -> Sequence[str]:
        """The ids of at most `most` items, best first, as the next play of a listener; changes nothing."""
        ...

    def learn_one(self, event: Event) -> None:
        """Learn an event."""
        ...


@dataclass(frozen=True, slots=True)
class RankingFigures:
    """Means over `targets` plays; 0 without one."""

    targets: int
    hit_at_1: float
    recall_at_10: float
    recall_at_20: float
    mrr_at_20: float


class RankingMetrics:
    """Running means of ranking metrics.

    >>> metrics = RankingMetrics()
    >>> for place in (1, 4, None, 15): metrics.add(place)
    >>> figures = metrics.figures()
    >>> figures.targets, figures.hit_at_1, figures.recall_at_10, figures.recall_at_20
    (4, 0.25, 0.5, 0.75)
    """

    __slots__ = ("_hits", "_in_10", "_in_20", "_reciprocals", "_targets")

    def __init__(self) -> None:
        self._targets = self._hits = self._in_10 = self._in_20 = 0
        self._reciprocals = 0.0

    def add(self, place: int | None) -> None:
        """Count a target at its place in the ranking, 1 being the best; None or beyond 20 is a miss."""
        self._targets += 1
        if place is None or place > DEPTH:
            return
        self._hits += place == 1
        self._in_10 += place <= 10
        self._in_20 += 1
        self._reciprocals += 1.0 / place

    def figures(self) -> RankingFigures:
        """The means so far."""
        targets = max(1, self._targets)
        return RankingFigures(
            targets=self._targets,
            hit_at_1=self._hits / targets,
            recall_at_10=self._in_10 / targets,
            recall_at_20=self._in_20 / targets,
            mrr_at_20=self._reciprocals / targets,
        )


def place_of(item: str, ranking: Sequence[str]) -> int | None:
    """The place of an item in a ranking, counted from 1; None if it is not there.

    >>> place_of("b", ["a", "b"]), place_of("c", ["a", "b"])
    (2, None)
    """
    return ranking.index(item) + 1 if item in ranking else None


def discounted_gain(places: Iterable[int]) -> float:
    """The gain of targets found at these places, counted from 1 (Järvelin and Kekäläinen, 2002, gains of 1).

    >>> discounted_gain([1, 3])
    1.5
    """
    return sum(1.0 / math.log2(place + 1) for place in places)


def progressive_validation(recommender: Recommender, events: Iterable[Event]) -> RankingFigures:
    """Predict each play of 30 seconds or more, then learn it; `events` come in the order of their log."""
    metrics = RankingMetrics()
    for event in events:
        if event.is_play:
            metrics.add(place_of(event.item, recommender.recommend(event.user, most=DEPTH)))
        recommender.learn_one(event)
    return metrics.figures()


class MostPlayed:
    """The baseline that recommends to everyone what was played most by everyone, ties by first come.

    >>> baseline = MostPlayed()
    >>> baseline.recommend("ann", most=3)
    []
    """

    def __init__(self) -> None:
        self._plays: dict[str, int] = {}
        self._top: list[str] = []

    def recommend(self, user: str, *, most: int) -> Sequence[str]:
        """The most played items, at most 20."""
        return self._top[:most]

    def learn_one(self, event: Event) -> None:
        """Count a play of 30 seconds or more."""
        if not event.is_play:
            return
        self._plays[event.item] = self._plays.get(event.item, 0) + 1
        if event.item not in self._top:
            self._top.append(event.item)
        self._top.sort(key=lambda item: -self._plays[item])
        del self._top[DEPTH:]


class LastSuccessors:
    """The baseline that recommends what followed the listener's last item before, most often first."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self._followed: dict[tuple[str, str], dict[str, int]] = {}

    def recommend(self, user: str, *, most: int) -> Sequence[str]:
        """The successors of the last item; none if it never was followed."""
        followed = self._followed.get((user, self._last.get(user, "")), {})
        return sorted(followed, key=lambda item: -followed[item])[:most]

    def learn_one(self, event: Event) -> None:
        """Count a succession of two plays of 30 seconds or more."""
        if not event.is_play:
            return
        last = self._last.get(event.user)
        if last is not None:
            followed = self._followed.setdefault((event.user, last), {})
            followed[event.item] = followed.get(event.item, 0) + 1
        self._last[event.user] = event.item
