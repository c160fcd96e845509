"""Items that nobody has played, ranked for a listener by where their content puts them in the item space."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.content import Content, as_rows, describe, tag_mass, to_unit
from models.content_ridge import ContentRidge, Float32s
from models.events import CatalogRecord, Event, stable_key
from models.factors import FACTORS
from models.standalone import Discoveries, Standalone


@dataclass(frozen=True, slots=True)
class _Cold:
    """Items laid out to be scored: where they are placed, what they are like, how much was said of them."""

    items: Sequence[str]
    vectors: Float32s
    rows: Float32s
    said: Float32s


class Newcomers:
    """The whole core, and a ridge that learns from its item vectors as they grow.

    An item teaches when its plays have doubled, in place of what it taught before, and weighs as many lessons
    as there were doublings: twice as many lessons as items, hardly worse than all of them learned anew.
    """

    def __init__(self, core: Standalone, records: Iterable[CatalogRecord]) -> None:
        self._core = core
        self._listening = Discoveries(core)
        self._contents: dict[str, Content] = {}
        self._mass: dict[str, float] = {}
        for record in records:
            self._contents[record.item], self._mass[record.item] = describe(record), tag_mass(record)
        self._ridge = ContentRidge(dimensions=FACTORS)
        self._taught: dict[str, tuple[Float32s, int]] = {}
        self._cold: _Cold | None = None

    def learn_many(self, events: Sequence[Event]) -> None:
        """Learn a micro-batch of events, then what its items teach of content."""
        self._listening.learn_many(events)
        catalogue, lessons = self._core.catalogue, dict[str, tuple[Float32s, int]]()
        items = list(dict.fromkeys(event.item for event in events if event.item in self._contents))
        positions = catalogue.positions_of(np.array([stable_key(item) for item in items], np.int64))
        vectors, heard = catalogue.neighbours.vectors(positions), catalogue.neighbours.heard
        for item, position, vector in zip(items, positions.tolist(), vectors, strict=True):
            doublings = int(catalogue.plays[position]).bit_length()
            if doublings > self._taught.get(item, (None, 0))[1] and heard[position]:
                lessons[item] = vector, doublings
        self._teach({item: self._taught[item] for item in lessons if item in self._taught}, sign=-1.0)
        self._teach(lessons, sign=1.0)
        self._taught |= lessons
        self._cold = None

    def rank_cold(self, user: str, items: Sequence[str]) -> Sequence[str]:
        """Order items by how near they are to the listener's, and by how much was said of them.

        Likeness in the item space and in content are added, and grow with the logarithm of the tags' weight.
        """
        if self._cold is None or self._cold.items != items:
            self._cold = self._lay_out(items)
        cold, taste, liking = self._cold, *self._likings(user)
        scores = (cold.vectors @ taste + cold.rows @ liking) * cold.said
        return [items[place] for place in np.lexsort((-cold.said, -scores)).tolist()]

    def _teach(self, lessons: Mapping[str, tuple[Float32s, int]], *, sign: float) -> None:
        if lessons:
            contents = [self._contents[item] for item in lessons]
            vectors = np.array([vector for vector, _ in lessons.values()])
            weights = np.array([sign * doublings for _, doublings in lessons.values()])
            self._ridge.learn_many(contents, vectors, weights)

    def _lay_out(self, items: Sequence[str]) -> _Cold:
        contents = [self._contents[item] for item in items]
        said: Float32s = np.log1p(np.array([self._mass[item] for item in items], np.float32)) + np.float32(1)
        return _Cold(list(items), self._ridge.predict(contents), as_rows(contents), said)

    def _likings(self, user: str) -> tuple[Float32s, Float32s]:
        """The sums, of length 1, of vectors and of contents of the listener's items."""
        catalogue = self._core.catalogue
        heard = np.unique(self._core.listener(user).history.index)
        known = [catalogue.ids[position] for position in heard.tolist()]
        rows = as_rows([self._contents[item] for item in known if item in self._contents])
        placed = heard[catalogue.neighbours.heard[heard]]
        taste, liking = catalogue.neighbours.vectors(placed).sum(axis=0), rows.sum(axis=0)
        return to_unit(taste[None])[0], to_unit(liking[None])[0]
