"""Sources alone: what one way of collaborative filtering finds without the ranker, to be judged beside it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

import numpy as np

from models.catalogue import Catalogue
from models.compiled import compiled
from models.events import EVENT_CODES, Event, stable_key
from models.factors import add_up_factors, compare_factors
from models.index_memory import PackedIndex
from models.neighbourhoods import Neighbourhood
from models.observation import observe
from models.signals import NOBODY, SignalBlock, SignalRows, gather
from models.sources.neighbours import VOICES, choose_voices, recall_neighbours
from models.sources.scan import Float32s, scan_plays
from models.standalone import ItemStates
from models.state import ListenerState, new_listener

WHOLE_RING: Final = 1 << 30


class SourceAlone(ABC):
    """Learns items from events as the core does, and nothing else; ranks all items by one number."""

    def __init__(self, *, ring_events: int) -> None:
        self._ring_events = ring_events
        self._listeners: dict[str, ListenerState] = {}
        self._items = ItemStates()
        self._learned = 0
        self.catalogue = Catalogue()

    def learn_many(self, events: Sequence[Event]) -> None:
        """Learn a micro-batch of events, none of which sees what the others teach."""
        block = SignalBlock(0, tuple(event.item for event in events), gather(self.hear(events)))
        self.catalogue.apply_models(*self._items.learn(block))

    def hear(self, events: Sequence[Event]) -> list[SignalRows]:
        """Remember events as history alone; returns what each says of items, to whoever learns those."""
        rows = []
        for event in events:
            listener, item = self._listener(event.user), event.subject
            position, history = self.catalogue.position_of(item), listener.history
            index, keys = history.plays(self.catalogue.artist, version=0), self.catalogue.keys
            observed = observe(
                event,
                history,
                index,
                keys,
                position=position,
                artist=NOBODY,
                listener=stable_key(event.user),
                offset=self._learned,
            )
            rows.append(observed.signals)
            history.append(
                item,
                index=position,
                artist=-1,
                at_seconds=int(event.at),
                ms_played=event.ms_played,
                code=EVENT_CODES[event.type],
            )
            self._learned += 1
        return rows

    def recommend_new(self, user: str, *, most: int) -> Sequence[str]:
        """The ids of the items that the ring does not hold, best first."""
        history = self._listener(user).history
        scores = self._score(history.plays(self.catalogue.artist, version=0))
        scores[history.index] = -np.inf
        best = np.argsort(-scores, kind="stable")[:most]
        return [self.catalogue.ids[position] for position in best[scores[best] > 0].tolist()]

    @abstractmethod
    def _score(self, index: PackedIndex) -> Float32s:
        """A number for each item by catalogue position, float32; 0 where there is nothing to say."""

    def _listener(self, user: str) -> ListenerState:
        if user not in self._listeners:
            self._listeners[user] = new_listener(user, ring_events=self._ring_events)
        return self._listeners[user]


class NeighboursAlone(SourceAlone):
    """Items by their co-listening with the last `voices` items that were heard."""

    def __init__(self, *, ring_events: int, voices: int = VOICES) -> None:
        super().__init__(ring_events=ring_events)
        self._voices = voices

    def _score(self, index: PackedIndex) -> Float32s:
        known = self.catalogue.neighbours.arrays
        return _score_neighbours(index, known, self._voices, len(self.catalogue))


class VotesAlone(SourceAlone):
    """Items by the votes of the last items that were heard: sparse SLIM alone."""

    def _score(self, index: PackedIndex) -> Float32s:
        return _score_votes(index, self.catalogue.neighbours.arrays, len(self.catalogue))


class FactorsAlone(SourceAlone):
    """Items by the cosine of their vector with the sum of those heard last: matrix factorization alone."""

    def _score(self, index: PackedIndex) -> Float32s:
        return _score_factors(index, self.catalogue.neighbours.arrays, len(self.catalogue))


@compiled
def _score_neighbours(index: PackedIndex, known: Neighbourhood, voices: int, items: int) -> Float32s:
    plays = scan_plays(index)
    found = recall_neighbours(plays, choose_voices(plays, voices), known)
    scores = np.zeros(items, np.float32)
    others = found.others.value[: found.others.known[0]]
    scores[others] = found.scores[found.numbered : found.numbered + len(others), 0]
    return scores


@compiled
def _score_votes(index: PackedIndex, known: Neighbourhood, items: int) -> Float32s:
    plays = scan_plays(index)
    found = recall_neighbours(plays, choose_voices(plays, VOICES), known)
    scores = np.zeros(items, np.float32)
    others = found.others.value[: found.others.known[0]]
    scores[others] = found.scores[found.numbered : found.numbered + len(others), 2]
    return scores


@compiled
def _score_factors(index: PackedIndex, known: Neighbourhood, items: int) -> Float32s:
    plays = scan_plays(index)
    heard = add_up_factors(plays.items.value[choose_voices(plays, VOICES)], known.factors, known.lengths)
    return compare_factors(heard, np.arange(items).astype(np.int32), known.factors, known.lengths)
