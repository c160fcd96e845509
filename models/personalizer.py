"""The steps composed. READ THIS FIRST.

An event is learned: it says something of items (signals), of the ranker (an example), and of the listener
(taste, ring). Then a slate is made: candidates are generated from the ring and the catalogue, scored, and
drawn into shelves. Nothing here knows Kafka, RocksDB or the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.candidates import Candidates, generate_candidates
from models.catalogue import Catalogue
from models.chance import seed_of
from models.composition import compose_slate
from models.events import EVENT_CODES, Event, ItemKey, stable_key
from models.examples import Example, draw_example
from models.item_space import VectorArray
from models.observation import observe
from models.profile import update_profile
from models.ranker import RankerWeights, score
from models.reward import taste_weight
from models.shelves import SHELVES, Page, ShelfMaker
from models.signals import Signal
from models.slate import Slate
from models.state import ListenerState

FloatArray = npt.NDArray[np.float64]

REPEAT_WINDOW: Final = 256
"""Events of a session among which an item counts as repeated."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an event teaches others: signals for items, and an example for the ranker where there is one."""

    signals: tuple[Signal, ...]
    example: Example | None


class Personalizer:
    """Learns from events and recommends, for any number of listeners, over one catalogue.

    `catalogue` and `weights` are shared and change between calls, never within one.
    """

    def __init__(
        self, *, catalogue: Catalogue, weights: RankerWeights, shelves: Sequence[ShelfMaker] = SHELVES
    ) -> None:
        self.catalogue = catalogue
        self.weights = weights
        self._shelves = shelves

    def learn(self, listener: ListenerState, event: Event, *, partition: int, offset: int) -> Lesson:
        """Learn an event at its place in the log; predict first, then learn."""
        item = stable_key(event.item or "artist:" + event.artist)
        position = self.catalogue.position_of(item)
        example = None
        if event.is_play:
            seed = seed_of(event.user, partition=partition, offset=offset)
            example = draw_example(self._predicted(listener), position, seed=seed)
        artist = self.catalogue.artist_key(position)
        signals = observe(event, listener.history, item=item, artist=artist, offset=offset)
        self._learn_taste(listener, event, item)
        if event.item or event.artist:
            listener.history.append(
                item,
                index=position,
                at_seconds=int(event.at),
                ms_played=event.ms_played,
                code=EVENT_CODES[event.type],
            )
        listener.offset = offset
        listener.prediction = None
        return Lesson(signals=tuple(signals), example=example)

    def recommend(self, listener: ListenerState, *, partition: int) -> Slate:
        """Make the slate that includes everything up to `listener.offset`; asking changes no answer."""
        candidates, scores = self._rank(listener)
        listener.prediction = candidates
        return compose_slate(
            Page(listener.history, candidates, scores, self.catalogue),
            banned=listener.profile.banned,
            ranker_version=self.weights.version,
            seed=seed_of(listener.user, partition=partition, offset=listener.offset),
            shelves=self._shelves,
        )

    def _predicted(self, listener: ListenerState) -> Candidates:
        if listener.prediction is None:
            listener.prediction, _ = self._rank(listener)
        return listener.prediction

    def _rank(self, listener: ListenerState) -> tuple[Candidates, FloatArray]:
        """All candidates with their scores, best first; equal scores stay in the order of candidates."""
        candidates = generate_candidates(
            listener.history,
            tastes=listener.profile.tastes,
            catalogue=self.catalogue,
            now_seconds=listener.profile.at,
        )
        scores = score(candidates.features, self.weights)
        order = np.argsort(-scores, kind="stable")
        return candidates.take(order), scores[order]

    def _learn_taste(self, listener: ListenerState, event: Event, item: ItemKey) -> None:
        weight = taste_weight(event, repeated=self._repeated(listener, item))
        listener.profile = update_profile(
            listener.profile, event, vector=self._vector(event, item), weight=weight
        )

    def _vector(self, event: Event, item: ItemKey) -> VectorArray:
        vector: VectorArray = self.catalogue.vectors[self.catalogue.position_of(item)].astype(np.float32)
        return vector

    def _repeated(self, listener: ListenerState, item: ItemKey) -> bool:
        history = listener.history
        lately = history.item[-REPEAT_WINDOW:] == item
        if not lately.any():
            return False
        here = history.session[-REPEAT_WINDOW:] == history.session[-1]
        return bool((lately & here & history.good[-REPEAT_WINDOW:]).any())
