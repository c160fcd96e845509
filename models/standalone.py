"""The whole system in one process: what the agents do, with every update applied after each batch.

`segue backtest` runs on it, and it is the reference that a worker in lock-step must equal.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

import numpy as np

from models.batch import Outcome, Placed, process_batch
from models.catalogue import Catalogue
from models.composition import STEADY, Knobs
from models.events import CatalogRecord, Event, stable_key
from models.features import Feature
from models.item_learning import apply_signals
from models.items import ModelRows, empty_states, item_models
from models.key_index import KeyIndex
from models.news import take_news
from models.personalizer import Personalizer
from models.playlist_signals import NOTHING_TOLD, ToldPlaylist, tell_playlist
from models.playlists import Playlist
from models.shelf_lessons import gather_lessons
from models.shelves import SHELVES, ShelfKind
from models.signals import SignalBlock, gather
from models.slate import Slate
from models.state import ListenerState, new_listener
from models.trainer import Trainer
from models.training import gather_examples

PLAYLISTS: Final = -1
"""Stands for the partition of signals that come of playlists."""


class Standalone:
    """Listeners, items, catalogue and ranker in memory; nothing is ever forgotten between batches."""

    def __init__(
        self,
        *,
        ring_events: int,
        shelves: Sequence[ShelfKind] = SHELVES,
        hidden: Collection[Feature] = (),
        knobs: Knobs = STEADY,
    ) -> None:
        self._ring_events = ring_events
        self.items = ItemStates()
        self._trainer = Trainer()
        self.listeners: dict[str, ListenerState] = {}
        self.catalogue = Catalogue()
        self._told: dict[str, ToldPlaylist] = {}
        self.personalizer = Personalizer(
            catalogue=self.catalogue,
            weights=self._trainer.weights(),
            shelves=shelves,
            knobs=knobs,
            hidden=hidden,
        )

    def learn_catalog(self, records: Iterable[CatalogRecord]) -> None:
        """Take in catalog records."""
        self.catalogue.apply_records(list(records))

    def learn_playlists(self, playlists: Iterable[Playlist]) -> None:
        """Take in playlists: what stands side by side in them, and what those of the editors hold."""
        some = list(playlists)
        for playlist in some:
            told = self._told.get(playlist.id, NOTHING_TOLD)
            outcome, self._told[playlist.id] = tell_playlist(playlist, told, offset=told.offset + 1)
            self._learn_items(outcome, PLAYLISTS)
        self.catalogue.apply_playlists(some)

    def listener(self, user: str) -> ListenerState:
        """The state of a listener, new if the listener is."""
        if user not in self.listeners:
            self.listeners[user] = new_listener(user, ring_events=self._ring_events)
        return self.listeners[user]

    def process_one(self, event: Event, *, offset: int) -> Slate | None:
        """Learn one event and everything that it teaches; returns its slate, none for an impression."""
        slates: list[Slate] = []
        self.process(
            [Placed(offset=offset, event=event)],
            partition=0,
            emit=lambda *emitted: slates.append(emitted[-1]),
        )
        return slates[0] if slates else None

    def process(
        self,
        events: Sequence[Placed],
        *,
        partition: int,
        emit: Callable[[Placed, ListenerState, Slate], None] | None,
    ) -> None:
        """Learn one partition batch, hand each slate to `emit`, if any, then apply what the batch taught."""
        listeners = {placed.event.user: self.listener(placed.event.user) for placed in events}
        outcome = process_batch(self.personalizer, listeners, events, partition=partition, emit=emit)
        self._learn_items(outcome, partition)
        self._train(outcome, partition)

    def _learn_items(self, outcome: Outcome, partition: int) -> None:
        rows = gather(outcome.signals)
        if len(rows):
            block = SignalBlock(partition, tuple(outcome.ids), rows)
            self.catalogue.apply_models(*self.items.learn(block))

    def _train(self, outcome: Outcome, partition: int) -> None:
        lessons = gather_lessons(outcome.lessons)
        if outcome.examples or len(lessons):
            self._trainer.learn_many(gather_examples(outcome.examples, lessons, source_partition=partition))
            self.personalizer.weights = self._trainer.weights()


class NextUp:
    """The first shelf of a slate made when it is asked for, as a recommender to be validated."""

    def __init__(self, core: Standalone) -> None:
        self._core = core
        self._learned = 0

    def recommend(self, user: str, *, most: int) -> Sequence[str]:
        """The items of the next-up shelf, by everything learned so far; nothing where nothing is known."""
        slate = self._core.personalizer.recommend(self._core.listener(user), partition=0)
        return slate.shelves[0].ids[:most] if slate.shelves else ()

    def learn_one(self, event: Event) -> None:
        """Learn an event, with every update applied at once."""
        self._core.process([Placed(offset=self._learned, event=event)], partition=0, emit=None)
        self._learned += 1


class Discoveries:
    """What the core ranks highest of all that a listener has not heard, to be judged by items held out."""

    def __init__(self, core: Standalone) -> None:
        self._core = core
        self._learned = 0

    def learn_many(self, events: Sequence[Event]) -> None:
        """Learn a micro-batch of events as a worker learns a partition batch."""
        placed = [Placed(offset=self._learned + nth, event=event) for nth, event in enumerate(events)]
        self._core.process(placed, partition=0, emit=None)
        self._learned += len(events)

    def recommend_new(self, user: str, *, most: int) -> Sequence[str]:
        """The ids of candidates that are not in the listener's ring, best first."""
        listener = self._core.listener(user)
        ranking = self._core.personalizer.predict(listener)
        positions = ranking.candidates.positions
        new = ~np.isin(positions, listener.history.index)
        order = np.argsort(-ranking.scores[new], kind="stable")[:most]
        return [self._core.catalogue.ids[position] for position in positions[new][order].tolist()]


class ItemStates:
    """All item statistics in one growing array, for a process that owns every item."""

    def __init__(self) -> None:
        self._states = empty_states(1024)
        self._index = KeyIndex()
        self._ids: list[str] = []
        self._blocks = 0

    def models(self) -> tuple[list[str], ModelRows]:
        """The ids of all items and their models."""
        return list(self._ids), item_models(self._states[: len(self._ids)])

    def learn(self, block: SignalBlock) -> tuple[list[str], ModelRows]:
        """Learn a block; returns the ids of the items that changed enough to be told, and their models."""
        for item in block.ids:
            self._name(item)
        places = self._index.add_all(block.rows["item"]).astype(np.int64)
        apply_signals(self._states, places, block, offset=self._blocks, after=-1)
        self._blocks += 1
        changed = np.array(list(dict.fromkeys(places.tolist())), np.int64)
        states, ids = self._states.take(changed), [self._ids[place] for place in changed.tolist()]
        news = take_news(states, ids)
        self._states["told"][changed] = states["told"]
        return [ids[place] for place in news.tolist()], item_models(states.take(news))

    def _name(self, item: str) -> None:
        """Give an item that is new a place; nobody speaks of one before it has a name."""
        if self._index.add(stable_key(item)) == len(self._ids):
            self._ids.append(item)
            if len(self._ids) > len(self._states):
                self._states = np.concatenate((self._states, empty_states(len(self._states))))
