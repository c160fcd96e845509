"""Every model of Segue as a subject of the contract."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.catalogue import Catalogue
from models.content import describe
from models.content_ridge import ContentRidge, decode_content_ridge, encode_content_ridge
from models.descent import ROWS
from models.events import Event, stable_key
from models.examples import Example
from models.features import FEATURES
from models.history import History
from models.item_learning import apply_signals
from models.items import ITEM_STATE, item_models, load_states
from models.listeners import Population, simulate
from models.network import TERMS, score_items
from models.observation import observe
from models.personalizer import Personalizer
from models.ranker import Ranker, decode_ranker, encode_ranker
from models.shelf_lessons import LessonKind, lesson
from models.shelf_model import ShelfModel, decode_shelf_model, encode_shelf_model
from models.signals import SignalBlock
from models.situation import SITUATION, STEPS
from models.standalone import Standalone
from models.state import (
    changed_values,
    head_key,
    new_listener,
    restore_listener,
    stored_segments,
)
from models.trainer import Trainer

RING_EVENTS = 128
WORLD = Population(seed=11, listeners=1, items=300, artists=40)


def stream(count: int = 400) -> list[Event]:
    """One listener's events."""
    return list(simulate(WORLD, events=count, start_at=1.7e9))


def _taught_catalogue() -> Catalogue:
    core = Standalone(ring_events=RING_EVENTS)
    core.learn_catalog(WORLD.catalogue.records())
    for offset, event in enumerate(stream(150)):
        core.process_one(event, offset=offset)
    return core.catalogue


class ListenerSubject:
    """Ring and profile: learned by the personalizer over a catalogue that stays as it is."""

    catalogue = _taught_catalogue()
    state_limit_bytes = 16 * (RING_EVENTS + 63) + 4_096

    def __init__(self) -> None:
        self.personalizer = Personalizer(catalogue=self.catalogue, weights=Trainer().weights())
        self.listener = new_listener("u000000", ring_events=RING_EVENTS)
        self.stored: dict[bytes, bytes] = {}

    def learn(self, event: Event, offset: int) -> None:
        if offset <= self.listener.offset:
            return
        before = self.listener.history.count
        self.personalizer.learn(self.listener, event, partition=0, offset=offset)
        for key, value in changed_values(self.listener, count_before=before).items():
            if value is None:
                del self.stored[key]
            else:
                self.stored[key] = value

    def answer(self) -> bytes:
        return repr(self.personalizer.recommend(self.listener, partition=0)).encode()

    def state(self) -> bytes:
        return b"".join(key + value for key, value in sorted(self.stored.items()))

    def restored(self) -> ListenerSubject:
        other = ListenerSubject()
        user, head = self.listener.user, self.stored[head_key(self.listener.user)]
        keys = [head_key(user), *stored_segments(head, user, ring_events=RING_EVENTS)]
        other.stored = dict(self.stored)
        other.listener = restore_listener(
            user,
            {key: self.stored[key] for key in keys},
            ring_events=RING_EVENTS,
            catalogue=self.catalogue,
        )
        return other


class ItemSubject:
    """The statistics of all items: learned from the signals of what a listener does."""

    state_limit_bytes = len(WORLD.catalogue) * (ITEM_STATE.itemsize + 8)

    def __init__(self) -> None:
        self.keys = np.sort(np.array([stable_key(r.item) for r in WORLD.catalogue.records()]))
        self.states, _ = load_states([None] * len(self.keys))
        self.after = -1
        self.history = History(capacity_events=RING_EVENTS)

    def learn(self, event: Event, offset: int) -> None:
        item = stable_key(event.item or event.artist)
        position = int(np.searchsorted(self.keys, item))
        signals = observe(
            event,
            self.history,
            self.history.plays(np.full(len(self.keys), -1, np.int32), version=0),
            self.keys,
            position=position,
            artist=stable_key("artist"),
            listener=stable_key(event.user),
            offset=offset,
        ).signals
        if event.item and offset > self.after:
            self.history.append(
                item, index=position, artist=-1, at_seconds=int(event.at), ms_played=event.ms_played, code=0
            )
        if len(signals):
            block = SignalBlock(source_partition=0, ids=(), rows=signals)
            places = np.searchsorted(self.keys, block.rows["item"])
            apply_signals(self.states, places, block, offset=2 * 10**9 + offset, after=self.after)
        self.after = max(self.after, offset)

    def answer(self) -> bytes:
        return item_models(self.states).tobytes()

    def state(self) -> bytes:
        return self.states.tobytes()

    def restored(self) -> ItemSubject:
        other = ItemSubject()
        other.states, _ = load_states([row.tobytes() for row in self.states])
        other.after, other.history = self.after, self.history_again()
        return other

    def history_again(self) -> History:
        again = History(capacity_events=RING_EVENTS)
        columns = (self.history.item, self.history.at, self.history.ms_played, self.history.code)
        for item, at, ms, code in zip(*columns, strict=True):
            index = int(np.searchsorted(self.keys, item))
            again.append(item, index=index, artist=-1, at_seconds=int(at), ms_played=int(ms), code=int(code))
        return again


class RankerSubject:
    """The ranker: learned from examples drawn from the event's offset."""

    state_limit_bytes = 64 * 1024

    def __init__(self) -> None:
        self.ranker = Ranker()
        self.after = -1

    def learn(self, event: Event, offset: int) -> None:
        if offset <= self.after:
            return
        numbers = np.zeros((ROWS, 31), np.float16)
        numbers[:FEATURES] = np.random.default_rng(offset).random((FEATURES, 31))
        numbers[0, 0] = 1.0
        self.ranker.learn_one(Example(numbers))
        self.after = offset

    def answer(self) -> bytes:
        items = np.random.default_rng(7).random((FEATURES, 50), np.float32)
        return score_items(items, self.ranker.weights().numbers, np.zeros(TERMS, np.float32))[0].tobytes()

    def state(self) -> bytes:
        return encode_ranker(self.ranker)

    def restored(self) -> RankerSubject:
        other = RankerSubject()
        other.ranker, other.after = decode_ranker(self.state()), self.after
        return other


class ContentRidgeSubject:
    """The mapping from content to vectors: learned from where an event's offset puts its item."""

    dimensions = 4
    state_limit_bytes = 4_300_000
    contents: Final = {record.item: describe(record) for record in WORLD.catalogue.records()}

    def __init__(self) -> None:
        self.ridge = ContentRidge(dimensions=self.dimensions)
        self.after = -1

    def learn(self, event: Event, offset: int) -> None:
        if offset <= self.after:
            return
        vector = np.random.default_rng(offset).normal(size=(1, self.dimensions)).astype(np.float32)
        if event.item:
            self.ridge.learn_many([self.contents[event.item]], vector, np.ones(1))
        self.after = offset

    def answer(self) -> bytes:
        return self.ridge.predict(list(self.contents.values())[:1]).tobytes()

    def state(self) -> bytes:
        return encode_content_ridge(self.ridge)

    def restored(self) -> ContentRidgeSubject:
        other = ContentRidgeSubject()
        other.ridge, other.after = decode_content_ridge(self.state(), dimensions=self.dimensions), self.after
        return other


class ShelfSubject:
    """What shelves pay and situations are worth: learned from lessons drawn from the event's offset."""

    arms: Final = np.arange(12)
    state_limit_bytes = 12 * 2_000 + 4_000

    def __init__(self) -> None:
        self.model = ShelfModel()
        self.after = -1

    def learn(self, event: Event, offset: int) -> None:
        if offset <= self.after:
            return
        draws = np.random.default_rng(offset)
        here, there = draws.integers(-STEPS, STEPS, (2, SITUATION)).astype(np.int8)
        here[0] = there[0] = STEPS
        arm, pays = int(draws.integers(len(self.arms))), float(draws.random())
        told = [
            lesson(LessonKind.IMPRESSION, arm=arm, amount=0.2, situation=here),
            lesson(LessonKind.REWARD, arm=arm, amount=pays, situation=here),
            lesson(LessonKind.PASSAGE, amount=pays, situation=here, after=there, discount=0.8),
        ]
        self.model.learn_many(np.concatenate(told))
        self.after = offset

    def answer(self) -> bytes:
        weights = self.model.weights()
        situation = np.linspace(-STEPS, STEPS, SITUATION).astype(np.int8)
        return weights.surplus(self.arms, situation).tobytes() + weights.value.tobytes()

    def state(self) -> bytes:
        return encode_shelf_model(self.model)

    def restored(self) -> ShelfSubject:
        other = ShelfSubject()
        other.model, other.after = decode_shelf_model(self.state()), self.after
        return other


SUBJECTS = {
    "listener": ListenerSubject,
    "items": ItemSubject,
    "ranker": RankerSubject,
    "content ridge": ContentRidgeSubject,
    "shelves": ShelfSubject,
}
