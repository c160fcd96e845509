"""Linked rows: for each item a short row of others with weights, and in whose rows it stands itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.row_pool import CLASSES, INVERSE, OWN, Links, find_slot, move_row, new_pool

Int16s = npt.NDArray[np.int16]
Int32s = npt.NDArray[np.int32]
Float32s = npt.NDArray[np.float32]


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
            np.zeros(room, np.int16),
            *new_pool(self._most),
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
            changes=np.pad(links.changes, missing[1]),
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

    @property
    def slots(self) -> Int32s:
        """All slots that were ever taken, n x 3: the other, and the bits of weight and vote."""
        pool = self.links.other.base
        assert pool is not None
        return pool[: self.links.used[0]]

    def restore(self, rows: Links, slots: Int32s) -> None:
        """Take over rows that were saved, of fewer positions than there is room for, and their slots."""
        known = rows.start.shape[1]
        for name in ("start", "size", "room", "changes"):
            getattr(self.links, name)[..., :known] = getattr(rows, name)
        longer = new_pool(len(slots) + self._most + len(slots) // 4)
        self.links = self.links._replace(other=longer[0], weight=longer[1], vote=longer[2])
        self.links.free[:], self.links.used[0] = rows.free, len(slots)
        self.slots[:] = slots

    def row(self, position: int, kind: int = OWN) -> dict[int, float]:
        """The others in the row of a position, or in whose rows it stands, and the weights."""
        start = int(self.links.start[kind, position])
        slots = slice(start, start + int(self.links.size[kind, position]))
        return dict(zip(self.links.other[slots].tolist(), self.links.weight[slots].tolist(), strict=True))

    def _grow(self) -> None:
        """Make the pool long enough for one more row, by a quarter each time."""
        slots = len(self.links.other)
        if self.links.used[0] + self._most > slots:
            longer = new_pool(slots + self._most + slots // 4)
            former = self.links.other, self.links.weight, self.links.vote
            for column, known in zip(longer, former, strict=True):
                column[:slots] = known
            self.links = self.links._replace(other=longer[0], weight=longer[1], vote=longer[2])


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
        found = find_slot(links, INVERSE, former, position)
        if not stays and found >= 0:
            links.size[INVERSE, former] -= 1
            links.changes[former] += 1
            last = links.start[INVERSE, former] + links.size[INVERSE, former]
            links.other[found], links.weight[found] = links.other[last], links.weight[last]
            links.vote[found] = links.vote[last]


@compiled
def _write(links: Links, position: int, others: Int32s, weights: Float32s) -> None:
    """Write a position's own row; who stays keeps its vote."""
    votes = _keep_votes(links, position, others)
    count = int(np.count_nonzero(weights > 0))
    if count > links.room[OWN, position]:
        move_row(links, OWN, position, count)
    links.size[OWN, position] = count
    links.changes[position] += len(others)
    slot = links.start[OWN, position]
    for place in range(len(others)):
        if weights[place] > 0:
            links.other[slot], links.weight[slot] = others[place], weights[place]
            links.vote[slot] = votes[place]
            slot += 1


@compiled
def _keep_votes(links: Links, position: int, others: Int32s) -> Float32s:
    """The votes of others (n) in a position's own row as it was, float32, n; 0 where one is new."""
    votes = np.zeros(len(others), np.float32)
    start = links.start[OWN, position]
    for slot in range(start, start + links.size[OWN, position]):
        for place in range(len(others)):
            if others[place] == links.other[slot]:
                votes[place] = links.vote[slot]
    return votes


@compiled
def _enter(links: Links, position: int, other: int, weight: float, standing: Float32s, most: int) -> None:
    """Put into the inverse row of a position that it stands in the row of another; the weakest makes room."""
    found = find_slot(links, INVERSE, position, other)
    links.changes[position] += found < 0
    start, size = links.start[INVERSE, position], links.size[INVERSE, position]
    if found < 0 and size < most:
        if size == links.room[INVERSE, position]:
            move_row(links, INVERSE, position, size + 1)
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
        if links.other[found] != other or found >= start + size:
            links.vote[found] = 0
        links.other[found], links.weight[found] = other, weight
