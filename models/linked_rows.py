"""Linked rows: for each item a short row of others with weights, and in whose rows it stands itself.

Rows take the room that they need, 8 to 64 slots of one pool, because most items of a large catalogue have few
neighbours: a million items with full rows would take half a gigabyte, and take a tenth of it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

SMALLEST: Final = 8
"""Slots of the smallest rows; others are two, four or eight times as long."""
CLASSES: Final = 4
OWN, INVERSE = range(2)

Int16s = npt.NDArray[np.int16]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Float32s = npt.NDArray[np.float32]


class Links(NamedTuple):
    """Rows by position: row `OWN` or `INVERSE` of `start` and `size` says where in the pool each one lies.

    `start` (int32, 2 x n) is the first slot, `size` (int16, 2 x n) how many are taken, `room` (int16, 2 x n)
    how many there are; `other` (int32) and `weight` (float32) are the slots of the pool. Of free rows, `free`
    (int32, 4) holds the first of each length, whose first slot names the next, -1 for none, and `used`
    (int64, 1) how much of the pool was ever taken.
    """

    start: Int32s
    size: Int16s
    room: Int16s
    other: Int32s
    weight: Float32s
    free: Int32s
    used: Int64s


class LinkedRows:
    """Rows of others by position, at most `own` long, and at most `inverse` rows in which each one stands.

    >>> rows = LinkedRows(own=64, inverse=8, room=4)
    >>> rows.replace(np.array([2], np.int32), np.array([[0, 1]], np.int32),
    ...              np.array([[3.0, 1.0]], np.float32), standing=np.ones(4, np.float32))
    >>> rows.row(2), rows.row(0, INVERSE)
    ({0: 3.0, 1: 1.0}, {2: 3.0})
    """

    def __init__(self, *, own: int, inverse: int, room: int) -> None:
        self._inverse = inverse
        # Each entry of a new row may move a whole row of the other kind.
        self._most = own + own * inverse
        self.links = Links(
            np.zeros((2, room), np.int32),
            np.zeros((2, room), np.int16),
            np.zeros((2, room), np.int16),
            *_new_pool(self._most),
            np.full(CLASSES, -1, np.int32),
            np.zeros(1, np.int64),
        )

    def make_room(self, room: int) -> None:
        """Give as many positions rows, the new ones empty."""
        links = self.links
        missing = ((0, 0), (0, room - links.start.shape[1]))
        self.links = links._replace(
            start=np.pad(links.start, missing),
            size=np.pad(links.size, missing),
            room=np.pad(links.room, missing),
        )

    def replace(self, positions: Int32s, others: Int32s, weights: Float32s, *, standing: Float32s) -> None:
        """Replace the rows of `positions` (n): by `others` (n x k) with `weights`, free where 0 or less.

        Where an item stands in more rows than are kept, those of the highest weight x `standing` (by
        position, of whose row it is) stay.
        """
        done = 0
        while done < len(positions):
            self._grow()
            done = _replace(self.links, positions, others, weights, standing, done, self._inverse, self._most)

    def row(self, position: int, kind: int = OWN) -> dict[int, float]:
        """The others in the row of a position, or in whose rows it stands, and the weights."""
        start = int(self.links.start[kind, position])
        slots = slice(start, start + int(self.links.size[kind, position]))
        return dict(zip(self.links.other[slots].tolist(), self.links.weight[slots].tolist(), strict=True))

    def _grow(self) -> None:
        """Make the pool long enough for one more row, by a quarter each time."""
        slots = len(self.links.other)
        if self.links.used[0] + self._most > slots:
            other, weight = _new_pool(slots + self._most + slots // 4)
            other[:slots], weight[:slots] = self.links.other, self.links.weight
            self.links = self.links._replace(other=other, weight=weight)


def _new_pool(slots: int) -> tuple[Int32s, Float32s]:
    """Slots for others and weights, side by side in memory: whoever reads one reads both."""
    pool = np.zeros((slots, 2), np.int32)
    return pool[:, 0], pool.view(np.float32)[:, 1]


@compiled
def _replace(
    links: Links,
    positions: Int32s,
    others: Int32s,
    weights: Float32s,
    standing: Float32s,
    done: int,
    most_inverse: int,
    most_slots: int,
) -> int:
    """Replace rows from row `done` on while the pool has room for one more; returns how many are done."""
    while done < len(positions) and links.used[0] + most_slots <= len(links.other):
        position = positions[done]
        _leave(links, position, others[done], weights[done])
        _write(links, position, others[done], weights[done])
        for slot in range(others.shape[1]):
            if weights[done, slot] > 0:
                _enter(links, others[done, slot], position, weights[done, slot], standing, most_inverse)
        done += 1
    return done


@compiled
def _leave(links: Links, position: int, others: Int32s, weights: Float32s) -> None:
    """Take a position out of the inverse rows of those that its new row no longer holds."""
    start = links.start[OWN, position]
    for slot in range(start, start + links.size[OWN, position]):
        former, stays = links.other[slot], False
        for place in range(len(others)):
            stays |= others[place] == former and weights[place] > 0
        found = _find(links, INVERSE, former, position)
        if not stays and found >= 0:
            links.size[INVERSE, former] -= 1
            last = links.start[INVERSE, former] + links.size[INVERSE, former]
            links.other[found], links.weight[found] = links.other[last], links.weight[last]


@compiled
def _write(links: Links, position: int, others: Int32s, weights: Float32s) -> None:
    """Write a position's own row."""
    count = int(np.count_nonzero(weights > 0))
    if count > links.room[OWN, position]:
        _move(links, OWN, position, count)
    links.size[OWN, position] = count
    slot = links.start[OWN, position]
    for place in range(len(others)):
        if weights[place] > 0:
            links.other[slot], links.weight[slot] = others[place], weights[place]
            slot += 1


@compiled
def _enter(links: Links, position: int, other: int, weight: float, standing: Float32s, most: int) -> None:
    """Put into the inverse row of a position that it stands in the row of another; the weakest makes room."""
    found = _find(links, INVERSE, position, other)
    start, size = links.start[INVERSE, position], links.size[INVERSE, position]
    if found < 0 and size < most:
        if size == links.room[INVERSE, position]:
            _move(links, INVERSE, position, size + 1)
            start = links.start[INVERSE, position]
        found = start + size
        links.size[INVERSE, position] = size + 1
    elif found < 0:
        least = weight * standing[other]
        for slot in range(start, start + size):
            stands = links.weight[slot] * standing[links.other[slot]]
            if stands < least:
                found, least = slot, stands
    if found >= 0:
        links.other[found], links.weight[found] = other, weight


@compiled
def _find(links: Links, kind: int, position: int, other: int) -> int:
    """Find the slot of another in a row, -1 if it is not there."""
    start = links.start[kind, position]
    for slot in range(start, start + links.size[kind, position]):
        if links.other[slot] == other:
            return int(slot)
    return -1


@compiled
def _move(links: Links, kind: int, position: int, needed: int) -> None:
    """Move a row to where it has room for as many; its former room is free again."""
    length, wanted = SMALLEST, 0
    while length < needed:
        length, wanted = 2 * length, wanted + 1
    start = links.free[wanted]
    if start >= 0:
        links.free[wanted] = links.other[start]
    else:
        start = np.int32(links.used[0])
        links.used[0] += length
    former, size = links.start[kind, position], links.size[kind, position]
    for slot in range(size):
        links.other[start + slot] = links.other[former + slot]
        links.weight[start + slot] = links.weight[former + slot]
    held, room = -1, links.room[kind, position]
    while room >= SMALLEST:
        held, room = held + 1, room // 2
    if held >= 0:
        links.other[former] = links.free[held]
        links.free[held] = former
    links.start[kind, position] = start
    links.room[kind, position] = length
