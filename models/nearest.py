"""Nearest: the items whose vectors point most nearly the same way, found along the rows of neighbours.

Who is alike shares neighbours, so the rows of co-listening are themselves a graph on which a best-first
search, as in HNSW (Malkov and Yashunin 2018), finds its way. Nothing is built, kept or refreshed: what an
update changes, the next search finds (decision 23). Items that nobody has played with others stand in no row:
`models.sources.newcomers` looks at the newest of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.catalogue import Catalogue
from models.compiled import compiled
from models.item_space import multiply
from models.neighbourhoods import Neighbourhood
from models.row_pool import INVERSE, OWN

ENTRIES: Final = 1_024
"""The most played items, which every search compares first."""
SET_OUT: Final = 32
"""The best of them, from which it sets out."""
COMPARED: Final = 1_600
"""Items that it compares on its way, at most."""
STALE: Final = 0.1
"""Entries are chosen anew after as many updates as this share of all items."""

Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]


class Nearest:
    """Finds the items of a catalogue that are nearest to a vector, by the cosine in the space of factors.

    One that is found was compared exactly; who is alike but nowhere near a way from the most played may be
    missed.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._entries = np.zeros(0, np.int32)
        self._due = 0.0

    def find(self, vector: Float32s, *, most: int) -> tuple[Int32s, Float32s]:
        """The positions of at most `most` items, nearest first, and their cosines with a vector (256)."""
        if self._catalogue.version >= self._due:
            self._entries = _most_played(self._catalogue)
            self._due = self._catalogue.version + STALE * len(self._catalogue) + 1
        near = self._catalogue.neighbours.arrays
        positions, cosines = _search(vector, self._entries, near, max(COMPARED, most))
        best = np.argsort(-cosines, kind="stable")[:most]
        return positions[best], cosines[best]


def _most_played(catalogue: Catalogue) -> Int32s:
    """The positions of the most played items that stand in rows."""
    count = len(catalogue)
    plays = np.where(catalogue.neighbours.heard[:count], catalogue.plays[:count], 0)
    entries = np.argsort(-plays.astype(np.int64), kind="stable")[:ENTRIES]
    return entries[plays[entries] > 0].astype(np.int32)


@compiled
def _search(
    vector: Float32s, entries: Int32s, known: Neighbourhood, compared: int
) -> tuple[Int32s, Float32s]:
    """The positions of all items that a best-first search has compared, and their cosines."""
    largest = max(np.abs(vector).max(), np.float32(1e-30))
    whole = np.round(vector * (np.float32(127) / largest)).astype(np.int16)
    own = max(np.sqrt((whole.astype(np.float32) ** 2).sum()), np.float32(1e-30))
    room = len(entries) + compared
    seen, found, cosines = _new_table(room), np.empty(room, np.int32), np.empty(room, np.float32)
    count = 0
    for position in entries:
        if known.lengths[position] > 0 and _is_new(seen, position):
            found[count], cosines[count] = position, _compare(whole, own, position, known)
            count += 1
    heap, size = np.empty(room, np.int32), 0
    for number in np.argsort(-cosines[:count])[:SET_OUT]:
        size = _push(heap, size, number, cosines)
    while size > 0 and count < room:
        best = found[heap[0]]
        size = _pop(heap, size, cosines)
        for kind in (OWN, INVERSE):
            start = known.links.start[kind, best]
            for slot in range(start, start + known.links.size[kind, best]):
                other = known.links.other[slot]
                if count < room and known.lengths[other] > 0 and _is_new(seen, other):
                    found[count], cosines[count] = other, _compare(whole, own, other, known)
                    size = _push(heap, size, count, cosines)
                    count += 1
    return found[:count], cosines[:count]


@compiled
def _compare(whole: npt.NDArray[np.int16], own: float, position: int, known: Neighbourhood) -> float:
    """The cosine of a vector, in whole numbers and with its length, and that of an item."""
    return float(multiply(whole, known.factors[position]) / (own * known.lengths[position]))


@compiled
def _new_table(room: int) -> Int32s:
    """A table for that many positions, at most half full, -1 where free."""
    places = 64
    while places < 2 * room:
        places *= 2
    return np.full(places, -1, np.int32)


@compiled
def _is_new(seen: Int32s, position: int) -> bool:
    """Whether a position was not in the table yet; now it is."""
    mask = len(seen) - 1
    place = (position * 2_654_435_761 >> 12) & mask
    while seen[place] >= 0:
        if seen[place] == position:
            return False
        place = (place + 1) & mask
    seen[place] = position
    return True


@compiled
def _push(heap: Int32s, size: int, number: int, cosines: Float32s) -> int:
    """Put a number on a heap whose top has the highest cosine; returns its size."""
    place = size
    while place > 0 and cosines[heap[(place - 1) // 2]] < cosines[number]:
        heap[place] = heap[(place - 1) // 2]
        place = (place - 1) // 2
    heap[place] = number
    return size + 1


@compiled
def _pop(heap: Int32s, size: int, cosines: Float32s) -> int:
    """Take the top from a heap; returns its size."""
    size -= 1
    last, place = heap[size], 0
    while 2 * place + 1 < size:
        below = 2 * place + 1
        if below + 1 < size and cosines[heap[below + 1]] > cosines[heap[below]]:
            below += 1
        if cosines[heap[below]] <= cosines[last]:
            break
        heap[place] = heap[below]
        place = below
    heap[place] = last
    return size
