"""The most played: short rows that hold the most played items of all, of an artist, or of a language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.events import ItemKey
from models.items import NEVER
from models.key_index import KeyIndex

GROUP_TOP: Final = 32
"""Most played items kept for each group."""


class Groups:
    """Groups of items, such as an artist's, and the most played items of each; they are never forgotten.

    `names` are those of the groups, by position, and `top` (int32, at least as many x 32) catalogue positions
    of items, -1 where free.
    """

    def __init__(self) -> None:
        self._index = KeyIndex(room=64)
        self.names: list[str] = []
        self.top = np.full((64, GROUP_TOP), -1, np.int32)

    @property
    def keys(self) -> npt.NDArray[np.int64]:
        """The key of each group, int64."""
        return self._index.keys

    def add(self, key: ItemKey, name: str) -> int:
        """Find the position of a group; one that is new gets the next."""
        position = self._index.add(key)
        if position == len(self.names):
            self.names.append(name)
            if position == len(self.top):
                self.top = np.concatenate((self.top, np.full_like(self.top, -1)))
        return position

    def find(self, keys: Sequence[ItemKey]) -> npt.NDArray[np.int32]:
        """The positions of groups, int32; those that are unknown are left out."""
        found = np.array([self._index.find(key) for key in keys], np.int32)
        return found[found >= 0]

    def leave(self, group: int, item: int) -> None:
        """Take an item (a catalogue position) out of a group."""
        row = self.top[group]
        row[row == item] = -1


@compiled
def take_in(row: npt.NDArray[np.int32], position: int, popularity: npt.NDArray[np.float64]) -> int:
    """Put an item among the most played ones where it is one; returns who made room, -1 for nobody.

    That is the item itself where it was there before, or comes after all of them. `row` holds catalogue
    positions, -1 where free, and is changed in place; `popularity` is by position.

    >>> row, popularity = np.array([2, 1], np.int32), np.array([9.0, 1.0, 5.0])
    >>> take_in(row, 0, popularity), row.tolist()
    (1, [2, 0])
    """
    weakest, least = -1, popularity[position]
    for place in range(len(row)):
        if row[place] == position:
            return position
        other = popularity[row[place]] if row[place] >= 0 else NEVER
        if other < least:
            weakest, least = place, other
    if weakest < 0:
        return position
    displaced = int(row[weakest])
    row[weakest] = position
    return displaced


@compiled
def take_into_top(
    row: npt.NDArray[np.int32],
    in_row: npt.NDArray[np.bool_],
    position: int,
    popularity: npt.NDArray[np.float64],
) -> None:
    """Put an item among the most played ones where it is one; `in_row` says, by position, which are."""
    displaced = take_in(row, position, popularity)
    if displaced != position:
        in_row[position] = True
        if displaced >= 0:
            in_row[displaced] = False
