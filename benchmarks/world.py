"""Listeners with full rings in a catalogue that knows them, and what they do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.item_statistics import ItemStatistics, learn_items
from benchmarks.lives import Life, live
from models.events import CatalogRecord, Event, ItemKey
from models.history import History
from models.item_space import DIMENSIONS
from models.listeners import Population
from models.profile import Profile, update_profile
from models.reward import taste_weight
from models.segments import SEGMENT_EVENTS
from models.state import ListenerState

ITEMS: Final = 20_000
ARTISTS: Final = 2_000
_SEED: Final = 8
_LISTENERS_A_LIFE: Final = 10
_APART_EVENTS: Final = 256
_TASTED_EVENTS: Final = 256
_NO_VECTOR: Final = np.zeros(DIMENSIONS, np.float32)

_Vectors = Mapping[ItemKey, npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class FullListener:
    """A listener whose ring is full: the state after the past, and the events that follow it."""

    state: ListenerState
    future: Sequence[Event]


@dataclass(frozen=True, slots=True)
class World:
    """A catalogue, what is known of the items that were played, and listeners."""

    records: Sequence[CatalogRecord]
    items: ItemStatistics
    listeners: Sequence[FullListener]

    def future(self) -> Iterator[tuple[int, Event]]:
        """All that follows, everybody in turn: the place of the listener, and the event."""
        for turn in zip(*(listener.future for listener in self.listeners), strict=True):
            yield from enumerate(turn)


def make_world(*, listeners: int, ring_events: int, future_events: int) -> World:
    """Simulate listeners until their rings are full, and `future_events` more of each.

    Ten listeners share one simulated life, 256 events apart each, so that 200 rings take seconds to make;
    items are known from the end of each life, tastes from the last 256 events. No state includes an offset:
    whatever a worker reads comes after it.
    """
    population = Population(
        seed=_SEED, listeners=-(-listeners // _LISTENERS_A_LIFE), items=ITEMS, artists=ARTISTS
    )
    length = ring_events + SEGMENT_EVENTS + _APART_EVENTS * (_LISTENERS_A_LIFE - 1) + future_events
    lives = [live(population.listener(nth), events=length) for nth in range(population.listeners)]
    items = learn_items(lives)
    vectors = items.vectors()
    cut = [
        _cut(lives[nth // _LISTENERS_A_LIFE], nth, vectors, ring_events=ring_events, future=future_events)
        for nth in range(listeners)
    ]
    return World(list(population.catalogue.records()), items, cut)


def _cut(life: Life, nth: int, vectors: _Vectors, *, ring_events: int, future: int) -> FullListener:
    """Take a ring out of a life; rings differ in how much of them is open, as they do on any day."""
    user = f"u{nth:06d}"
    first = nth % _LISTENERS_A_LIFE * _APART_EVENTS
    end = first + ring_events + nth % SEGMENT_EVENTS
    history = History(capacity_events=ring_events)
    history.load(life.rows[first:end], count=end - first)
    profile = _profile(life.events[end - min(_TASTED_EVENTS, ring_events) : end], vectors)
    following = [
        replace(event, id=f"{user}-{place}", user=user)
        for place, event in enumerate(life.events[end : end + future])
    ]
    return FullListener(ListenerState(user, history, profile), following)


def _profile(events: Sequence[Event], vectors: _Vectors) -> Profile:
    profile = Profile()
    for event in events:
        weight = taste_weight(event, repeated=False)
        vector = vectors.get(event.subject, _NO_VECTOR)
        profile = update_profile(profile, event, vector=vector, weight=weight, own=profile.own)
    return profile
