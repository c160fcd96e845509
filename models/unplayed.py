"""Items that nobody plays yet, placed by their content among those that are played.

What is played teaches a ridge where its content lies (decision 21): anew whenever its plays have doubled, in
place of what it taught before, with as much weight as there were doublings. Every sum is of whole numbers, so
that the order of lessons changes nothing, and what follows from them is worked out a few rows at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.content import CONTENT_FEATURES, Content, describe
from models.content_ridge import ContentRidge
from models.events import CatalogRecord
from models.factors import FACTORS, place_item
from models.growth import longer
from models.neighbourhoods import Neighbourhoods

DESCRIBED: Final = 1 << 15
"""Items whose content is kept, those whose records came last: half a kilobyte each."""
NEWEST: Final = 512
"""Items among them, placed by content, that requests look at."""
SETTLED: Final = 64
"""Models that are taken in before the mapping goes on: a few events' worth, or less than a worker's batch."""
ROWS: Final = 4
"""Rows of the mapping that are solved anew then, and one more for each lesson since."""
PLACED: Final = 16
"""Items that are placed anew then, and one more for each lesson since."""
SWEEPS: Final = 16
"""Times that all rows are solved after a lesson, until the next one."""

Counts = npt.NDArray[np.uint32]
Int32s = npt.NDArray[np.int32]


class Newest(NamedTuple):
    """The newest n items that are placed by content, as requests read them, one after the other."""

    positions: Int32s
    """In the catalogue."""
    factors: npt.NDArray[np.int8]
    """Their vectors, n x 256."""
    lengths: npt.NDArray[np.float32]
    """Lengths of the vectors."""


class Unplayed:
    """The content of items, what the played ones teach, and where that places the others.

    `newest` holds at most 512 items.
    """

    def __init__(self, *, room: int) -> None:
        nothing = np.zeros(0, np.int32), np.zeros((0, FACTORS), np.int8), np.zeros(0, np.float32)
        self.newest = Newest(*nothing)
        # Both are below 2^15, and every item of the catalogue has one of each.
        self._row = np.full(room, -1, np.int16)
        self._slot = np.full(room, -1, np.int16)
        self._contents: list[Content] = []
        self._items = np.full(DESCRIBED, -1, np.int32)
        self._taught = np.zeros((DESCRIBED, FACTORS), np.int8)
        self._lengths = np.zeros(DESCRIBED, np.float32)
        self._weights = np.zeros(DESCRIBED, np.uint8)
        self._ridge = ContentRidge(dimensions=FACTORS)
        self._came = self._replaced = self._unsolved = self._stale = 0
        self._told: list[Int32s] = []
        self._models = self._lessons = 0

    def make_room(self, room: int) -> None:
        """Give as many positions a place; of new ones nothing is known."""
        self._slot, self._row = longer(self._slot, room, blank=-1), longer(self._row, room, blank=-1)

    def describe(
        self,
        positions: Int32s,
        keys: npt.NDArray[np.int64],
        records: Sequence[CatalogRecord],
        plays: Counts,
        known: Neighbourhoods,
    ) -> None:
        """Take in records that came together: by key, so that the order in which they came changes nothing.

        The last one of an item wins. `keys` and `plays` are those of all positions.
        """
        last = {position: row for row, position in enumerate(positions.tolist())}
        items = np.array(list(last), np.int32)
        items = items[np.argsort(keys[items])][-DESCRIBED:]
        contents = [describe(records[last[position]]) for position in items.tolist()]
        self.keep(items, contents, plays, known)

    def keep(self, items: Int32s, contents: Sequence[Content], plays: Counts, known: Neighbourhoods) -> None:
        """Keep what items (each once) are like, in that order; `plays` are those of all positions."""
        for position, content in zip(items.tolist(), contents, strict=True):
            self._keep(position, content)
        self._learn_played(items, plays, known)
        self._find_newest(known)
        self._count(len(items), plays, known)

    def kept(self) -> tuple[Int32s, list[Content]]:
        """The items whose content is kept, and that, in the order in which they came."""
        items = self._in_order()
        return items, [self._contents[slot] for slot in self._slot[items].tolist()]

    def _in_order(self) -> Int32s:
        kept = len(self._contents)
        return np.roll(self._items[:kept], -self._came % max(1, kept))

    def catch_up(self, plays: Counts, known: Neighbourhoods) -> None:
        """Learn all that was told, and work out what follows from it."""
        self._learn_told(plays, known)
        while self._unsolved or self._stale:
            self._settle(known)

    def learn(self, positions: Int32s, plays: Counts, known: Neighbourhoods) -> None:
        """Learn from items whose models are new, 64 or more at a time; place those without neighbours.

        `plays` are those of all positions.
        """
        self._told.append(positions)
        self._count(len(positions), plays, known)
        if (known.heard[positions] & (self._row[positions] >= 0)).any():
            self._find_newest(known)

    def _count(self, models: int, plays: Counts, known: Neighbourhoods) -> None:
        self._models += models
        if self._models >= SETTLED:
            self._learn_told(plays, known)

    def _learn_told(self, plays: Counts, known: Neighbourhoods) -> None:
        told = np.unique(np.concatenate((*self._told, np.zeros(0, np.int32))))
        self._told, self._models = [], 0
        self._learn_played(told, plays, known)
        self._settle(known)

    def _learn_played(self, positions: Int32s, plays: Counts, known: Neighbourhoods) -> None:
        """Learn from items, each once."""
        slots = self._slot[positions]
        positions, slots = positions[slots >= 0], slots[slots >= 0]
        doublings = np.frexp(plays[positions].astype(np.float64))[1]
        heard = known.heard[positions]
        due = heard & (doublings > self._weights[slots])
        if due.any():
            self._teach(slots[due], positions[due], doublings[due], known)
        for position in positions[~heard].tolist():
            self._place(position, known)
        self._lessons += int(np.count_nonzero(due))

    def _keep(self, position: int, content: Content) -> None:
        """Keep the content of an item, in the place of the one that came longest ago where all are taken."""
        slot = int(self._slot[position])
        if slot < 0:
            slot, self._came = self._came % DESCRIBED, self._came + 1
            if slot == len(self._contents):
                self._contents.append(content)
            else:
                self._slot[self._items[slot]] = -1
            self._items[slot], self._slot[position] = position, slot
        self._take_back(np.array([slot]))
        self._contents[slot] = content

    def _teach(
        self,
        slots: npt.NDArray[np.int16],
        positions: Int32s,
        weights: Int32s,
        known: Neighbourhoods,
    ) -> None:
        self._take_back(slots)
        self._taught[slots], self._lengths[slots] = known.factors[positions], known.lengths[positions]
        self._weights[slots] = weights
        self._learn(slots, sign=1.0)

    def _take_back(self, slots: npt.NDArray[np.integer]) -> None:
        slots = slots[self._weights[slots] > 0]
        if len(slots):
            self._learn(slots, sign=-1.0)
            self._weights[slots] = 0

    def _learn(self, slots: npt.NDArray[np.integer], *, sign: float) -> None:
        vectors = self._taught[slots].astype(np.float32) / self._lengths[slots][:, None]
        contents = [self._contents[slot] for slot in slots.tolist()]
        self._ridge.learn_many(contents, vectors, sign * self._weights[slots])

    def _settle(self, known: Neighbourhoods) -> None:
        """Solve some rows of the mapping anew, and place some items by it, until nothing is to be done."""
        lessons, self._lessons = self._lessons, 0
        if lessons:
            self._unsolved = SWEEPS * CONTENT_FEATURES
        if self._unsolved:
            rows = min(self._unsolved, ROWS + lessons)
            self._ridge.relax(rows)
            self._unsolved, self._stale = self._unsolved - rows, len(self._contents)
        for _ in range(min(self._stale, PLACED + lessons)):
            self._replaced, self._stale = (self._replaced + 1) % len(self._contents), self._stale - 1
            self._place(int(self._items[self._replaced]), known)

    def _place(self, position: int, known: Neighbourhoods) -> None:
        if not known.heard[position]:
            content = self._contents[self._slot[position]]
            vector, row = known.factors[position], self._row[position]
            length = place_item(self._ridge.relaxed, content.places, content.values, vector)
            known.lengths[position] = length
            if row >= 0:
                self.newest.factors[row], self.newest.lengths[row] = vector, length

    def _find_newest(self, known: Neighbourhoods) -> None:
        """Look from the last content that came to the first."""
        came = self._in_order()
        self._row[self.newest.positions] = -1
        newest = came[~known.heard[came]][-NEWEST:]
        self.newest = Newest(newest, known.factors[newest], known.lengths[newest])
        self._row[newest] = np.arange(len(newest))
