"""What fills the home screen: the core's own slate, or the same places by the ranker's scores alone."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final, Protocol

import numpy as np

from models.batch import Placed
from models.composition import Knobs
from models.events import CatalogRecord, Context, Event
from models.listeners.longterm import Row, Screen
from models.slate import Slate
from models.standalone import Standalone

RING_EVENTS: Final = 2_048


class Recommender(Protocol):
    """What fills screens and learns from what people do."""

    def show(self, user: str, *, at: float, context: Context) -> Screen:
        """Fill the screen that a listener looks at, at a Unix time."""
        ...

    def learn(self, event: Event) -> None:
        """Learn what a listener did."""
        ...


class LiveCore:
    """The real core in one process: each event gives its listener's next slate, which stands until then."""

    def __init__(self, records: Iterable[CatalogRecord], *, discovery: float = 0.0) -> None:
        self._core = _new_core(records, discovery=discovery)
        self._screens: dict[str, Screen] = {}
        self._learned = 0

    def show(self, user: str, *, at: float, context: Context) -> Screen:
        """The newest slate, as of the end of the listener's last event, as in production."""
        return self._screens.get(user, Screen())

    def learn(self, event: Event) -> None:
        """Learn an event, with every update applied at once."""
        slate = self._core.process_one(event, offset=self._learned)
        if slate is not None:
            self._screens[event.user] = _screen(slate, self._learned)
        self._learned += 1


class GreedyCore:
    """The same core and the same places, filled by the next-track ranker's scores alone, best first."""

    def __init__(self, records: Iterable[CatalogRecord]) -> None:
        self._core = _new_core(records, discovery=0.0)
        self._learned = 0

    def show(self, user: str, *, at: float, context: Context) -> Screen:
        """Fill the places of the core's slate by score."""
        listener = self._core.listener(user)
        if listener.offset < 0:
            return Screen()
        places = _screen(self._core.personalizer.recommend(listener, partition=0), listener.offset)
        ranking = listener.prediction or self._core.personalizer.predict(listener)
        catalogue, banned = self._core.catalogue, listener.profile.banned
        order = ranking.candidates.positions[np.argsort(-ranking.scores, kind="stable")].tolist()
        best = (catalogue.ids[position] for position in order if catalogue.keys[position] not in banned)
        rows = (Row(f"best-{nth}", list(islice(best, len(row.items)))) for nth, row in enumerate(places.rows))
        return Screen(places.recommendation, [row for row in rows if row.items])

    def learn(self, event: Event) -> None:
        """Learn an event, with every update applied at once."""
        self._core.process([Placed(offset=self._learned, event=event)], partition=0, emit=None)
        self._learned += 1


def _new_core(records: Iterable[CatalogRecord], *, discovery: float) -> Standalone:
    core = Standalone(ring_events=RING_EVENTS, knobs=Knobs(discovery))
    core.learn_catalog(records)
    return core


def _screen(slate: Slate, offset: int) -> Screen:
    return Screen(f"0-{offset}", [Row(shelf.id, shelf.ids) for shelf in slate.shelves])
