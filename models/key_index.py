"""Keys to positions: a hash table of 64-bit keys in two arrays, which compiled passes search.

A dict of a million Python integers takes 120 MB and one call a key; this takes 24 MB and one call for all.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.events import ItemKey

FREE: Final = -1

KeyArray = npt.NDArray[np.int64]
PositionArray = npt.NDArray[np.int32]


class KeyIndex:
    """Distinct keys, numbered 0, 1, 2 … in the order in which they came; it grows and forgets nothing.

    >>> index = KeyIndex()
    >>> index.add(ItemKey(7)), index.add(ItemKey(-3)), index.add(ItemKey(7)), len(index)
    (0, 1, 0, 2)
    >>> index.add_all(np.array([-3, 7, 5])).tolist()
    [1, 0, 2]
    """

    __slots__ = ("_count", "_keys", "_places")

    def __init__(self, *, room: int = 1024) -> None:
        self._keys = np.zeros(room, np.int64)
        self._places = _new_places(room)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def keys(self) -> KeyArray:
        """The key of each position, int64, longer than what is known: the rest is 0."""
        return self._keys

    def add(self, key: ItemKey) -> int:
        """Find the position of a key; a new one gets the next."""
        position = _find(self._places, self._keys, key)
        if position != FREE:
            return position
        self._grow(self._count + 1)
        position = _add(self._places, self._keys, self._count, key)
        self._count = max(self._count, position + 1)
        return position

    def find(self, key: ItemKey) -> int:
        """Find the position of a key, -1 where it is new."""
        return _find(self._places, self._keys, key)

    def add_all(self, keys: KeyArray) -> PositionArray:
        """Find the positions of keys, int32; each new one gets the next, in the order given."""
        self._grow(self._count + len(keys))
        positions, self._count = _add_all(self._places, self._keys, self._count, keys)
        return positions

    def add_named(self, keys: KeyArray, weights: npt.NDArray[np.float32]) -> PositionArray:
        """As `add_all`, for rows of keys (n x k) where their weights are above 0, and -1 elsewhere."""
        self._grow(self._count + int(np.count_nonzero(weights > 0)))
        positions, self._count = _add_named(self._places, self._keys, self._count, keys, weights)
        return positions

    def _grow(self, needed: int) -> None:
        """Make room for as many keys, all new perhaps."""
        room = len(self._keys)
        while room < needed:
            room *= 2
        if room > len(self._keys):
            known = self._keys[: self._count]
            self._keys, self._places = np.zeros(room, np.int64), _new_places(room)
            _add_all(self._places, self._keys, 0, known)


def _new_places(room: int) -> PositionArray:
    """A table at most half full."""
    return np.full(1 << (2 * room - 1).bit_length(), FREE, np.int32)


@compiled
def newest_by_key(keys: KeyArray) -> npt.NDArray[np.int64]:
    """The places at which each of n keys stands last, in the order of the keys.

    >>> newest_by_key(np.array([7, -3, 7])).tolist()
    [1, 2]
    """
    order = np.argsort(keys, kind="mergesort")
    ends = np.ones(len(keys), np.bool_)
    for place in range(len(keys) - 1):
        ends[place] = keys[order[place]] != keys[order[place + 1]]
    return order[ends]


@compiled
def _place_of(places: PositionArray, keys: KeyArray, key: int) -> int:
    """Find where the table holds a key or would hold it: open addressing; keys are random bits already."""
    mask = len(places) - 1
    place = (key ^ (key >> 32)) & mask
    while places[place] >= 0 and keys[places[place]] != key:
        place = (place + 1) & mask
    return place


@compiled
def _find(places: PositionArray, keys: KeyArray, key: int) -> int:
    return int(places[_place_of(places, keys, key)])


@compiled
def _add(places: PositionArray, keys: KeyArray, count: int, key: int) -> int:
    place = _place_of(places, keys, key)
    if places[place] < 0:
        places[place] = count
        keys[count] = key
    return int(places[place])


@compiled
def _add_all(
    places: PositionArray, keys: KeyArray, count: int, wanted: KeyArray
) -> tuple[PositionArray, int]:
    positions = np.empty(len(wanted), np.int32)
    for row in range(len(wanted)):
        positions[row] = _add(places, keys, count, wanted[row])
        count = max(count, positions[row] + 1)
    return positions, count


@compiled
def _add_named(
    places: PositionArray, keys: KeyArray, count: int, wanted: KeyArray, weights: npt.NDArray[np.float32]
) -> tuple[PositionArray, int]:
    positions = np.full(wanted.shape, FREE, np.int32)
    for row in range(wanted.shape[0]):
        for slot in range(wanted.shape[1]):
            if weights[row, slot] > 0:
                positions[row, slot] = _add(places, keys, count, wanted[row, slot])
                count = max(count, positions[row, slot] + 1)
    return positions, count
