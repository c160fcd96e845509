"""The sequence model: learns sequences item by item, predicts first, and answers what comes next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.compiled import compiled
from models.events import Event, stable_key
from models.sequences.blend import Blend, Float64s, blend_scores, learn_blend, new_blend
from models.sequences.evidence import find_evidence
from models.sequences.memory import CONTEXT, Memory, new_memory, recent_items, remember, with_room
from models.sequences.rows import Int32s


class SequenceModel:
    """Recommends what the listener never had: for logs where nothing repeats, and times say nothing.

    Memory is bounded for each item and each listener, of whom the last 100 items are kept; all items that
    ever came are ranked.

    >>> model = SequenceModel()
    >>> for user in ("ann", "bob", "cleo"):
    ...     for item in "xyz": model.learn_item(user, item)
    >>> model.learn_item("dan", "x")
    >>> model.recommend_after("dan", "y", most=1), model.recommend("dan", most=2)
    (['z'], ['y', 'z'])
    """

    def __init__(self) -> None:
        self._items: dict[str, int] = {}
        self._ids: list[str] = []
        self._listeners: dict[str, int] = {}
        self._memory = new_memory(items=1024, listeners=256)
        self._blend = new_blend()

    def recommend(self, user: str, *, most: int) -> Sequence[str]:
        """Name at most `most` items that the listener did not have, best first; nothing if it is new."""
        listener = self._listeners.get(user)
        if listener is None:
            return []
        return self._best(listener, recent_items(self._memory, listener), most)

    def recommend_after(self, user: str, item: str, *, most: int) -> Sequence[str]:
        """Recommend as if `item` had come last, without learning it; one that nobody had says nothing."""
        if user not in self._listeners or item not in self._items:
            return self.recommend(user, most=most)
        listener = self._listeners[user]
        recent = np.array([self._items[item]], np.int32)
        recent = np.concatenate((recent, recent_items(self._memory, listener)))
        return self._best(listener, recent[:CONTEXT], most)

    def learn_one(self, event: Event) -> None:
        """Learn a play of 30 seconds or more."""
        if event.is_play:
            self.learn_item(event.user, event.item)

    def learn_item(self, user: str, item: str) -> None:
        """Learn that an item came next for a listener: first the blend, then what is remembered."""
        self._make_room()
        listener = self._listeners.setdefault(user, len(self._listeners))
        known = len(self._ids)
        number = self._items.setdefault(item, known)
        if number == known:
            self._ids.append(item)
            self._memory.key[number] = stable_key(item)
        learn_next(self._memory, self._blend, listener, number, known)

    def _best(self, listener: int, recent: Int32s, most: int) -> list[str]:
        scores = score_items(self._memory, self._blend, listener, recent, len(self._ids))
        # Equal scores: what came first stays first.
        order = np.argsort(-scores, kind="stable")[:most]
        return [self._ids[place] for place in order.tolist() if scores[place] > -np.inf]

    def _make_room(self) -> None:
        items, listeners = len(self._memory.key), len(self._memory.length)
        if len(self._ids) == items or len(self._listeners) == listeners:
            self._memory = with_room(
                self._memory,
                items=items * 2 if len(self._ids) == items else items,
                listeners=listeners * 2 if len(self._listeners) == listeners else listeners,
            )


@compiled
def score_items(memory: Memory, blend: Blend, listener: int, recent: Int32s, items: int) -> Float64s:
    """Score the first `items` items for a listener, -inf for what it had."""
    evidence = find_evidence(memory, listener, recent, items)
    scores = blend_scores(blend, evidence, memory.heard[listener])
    scores[recent] = -np.inf
    return scores


@compiled
def learn_next(memory: Memory, blend: Blend, listener: int, item: int, known: int) -> None:
    """Predict among the `known` items, learn the blend from what came, then remember it."""
    recent = recent_items(memory, listener)
    if item < known and len(recent) > 0:
        evidence = find_evidence(memory, listener, recent, known)
        learn_blend(blend, evidence, blend_scores(blend, evidence, memory.heard[listener]), item)
    remember(memory, listener, item)
