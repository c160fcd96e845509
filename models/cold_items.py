"""Hide items from learning: how well those that a listener has are told from the others by content alone.

The protocol of item cold start (Schein et al. 2002): a share of all items is drawn by lot, nothing that
anybody did with them is learned, their catalogue records are known. For each listener who played some of
them, they are ranked among themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from models.content import tag_mass
from models.evaluation import DEPTH, discounted_gain
from models.events import CatalogRecord, Event
from models.held_out import hold_out, ndcg


class ColdRanker(Protocol):
    """Whatever learns events and puts items in order that it never learned anything of."""

    def learn_many(self, events: Sequence[Event]) -> None:
        """Learn a micro-batch of events."""
        ...

    def rank_cold(self, user: str, items: Sequence[str]) -> Sequence[str]:
        """The same items, what the listener is likeliest to play first."""
        ...


class ColdSplit(NamedTuple):
    """A log split: what is `learned`, in order; the `hidden` items; and each listener's own as `targets`."""

    learned: list[Event]
    hidden: list[str]
    targets: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class ColdFigures:
    """Means over `listeners`, of whom each had some of `hidden` items."""

    listeners: int
    hidden: int
    recall_at_20: float
    ndcg_at_20: float


def hide_items(events: Iterable[Event], *, share: float, seed: int) -> ColdSplit:
    """Hide `share` of all items played, by lot and rounded down; learn each other one once for a listener.

    >>> from models.events import PLAY_MS, EventType
    >>> log = [Event("", EventType.PLAY, "ann", 9.0, item=item, ms_played=PLAY_MS) for item in "vwxyz"]
    >>> split = hide_items(log, share=0.4, seed=1)
    >>> len(split.learned), split.targets["ann"] == frozenset(split.hidden), len(split.hidden)
    (3, True, 2)
    """
    plays = [event for event in events if event.is_play]
    items = sorted({event.item for event in plays})
    drawn = np.random.default_rng(seed).permutation(len(items))[: int(share * len(items))]
    hidden = {items[place]: None for place in drawn.tolist()}
    targets: dict[str, set[str]] = {}
    for event in plays:
        if event.item in hidden:
            targets.setdefault(event.user, set()).add(event.item)
    known = (event for event in plays if event.item not in hidden)
    return ColdSplit(
        hold_out(known, share=0.0, seed=seed).learned,
        list(hidden),
        {user: frozenset(own) for user, own in targets.items()},
    )


def judge_cold(model: ColdRanker, split: ColdSplit, *, listeners: int, seed: int) -> ColdFigures:
    """Ask a model that has learned `split.learned` for at most so many listeners with targets, by lot."""
    hits = [
        ([item in split.targets[user] for item in model.rank_cold(user, split.hidden)[:DEPTH]], user)
        for user in _drawn(split, listeners, seed)
    ]
    return _figures(
        split,
        [sum(found) / len(split.targets[user]) for found, user in hits],
        [ndcg(found, len(split.targets[user])) for found, user in hits],
    )


def expect_by_chance(split: ColdSplit, *, listeners: int, seed: int) -> ColdFigures:
    """What orders drawn at random reach on average, exactly, for the listeners that a model is asked for."""
    places = min(DEPTH, len(split.hidden))
    sizes = [len(split.targets[user]) for user in _drawn(split, listeners, seed)]
    gain = discounted_gain(range(1, places + 1))
    return _figures(
        split,
        [places / len(split.hidden) for _ in sizes],
        [gain * size / len(split.hidden) / discounted_gain(range(1, min(size, DEPTH) + 1)) for size in sizes],
    )


class MostTagged:
    """The baseline: for everybody the items that people said most of, whatever they said."""

    def __init__(self, records: Iterable[CatalogRecord]) -> None:
        self._mass: Mapping[str, float] = {record.item: tag_mass(record) for record in records}

    def learn_many(self, events: Sequence[Event]) -> None:
        """Learn nothing."""

    def rank_cold(self, user: str, items: Sequence[str]) -> Sequence[str]:
        """Put items in the order of their tags' weights; equal ones stay as they are."""
        return sorted(items, key=lambda item: -self._mass.get(item, 0.0))


def _drawn(split: ColdSplit, listeners: int, seed: int) -> list[str]:
    users = list(split.targets)
    drawn = np.random.default_rng(seed).permutation(len(users))[:listeners].tolist()
    return [users[place] for place in sorted(drawn)]


def _figures(split: ColdSplit, recalls: Sequence[float], gains: Sequence[float]) -> ColdFigures:
    count = max(1, len(recalls))
    return ColdFigures(len(recalls), len(split.hidden), sum(recalls) / count, sum(gains) / count)
