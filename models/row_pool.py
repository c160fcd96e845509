"""A pool of slots for rows of others with weights: each row takes the room that it needs, 4 to 64 slots.

Most items of a large catalogue have few neighbours: a million full rows would take half a gigabyte.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

SMALLEST: Final = 4
"""Slots of the smallest rows; others are up to sixteen times as long."""
CLASSES: Final = 16
OWN, INVERSE = range(2)

Int16s = npt.NDArray[np.int16]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Float32s = npt.NDArray[np.float32]


class Links(NamedTuple):
    """Rows by position: row `OWN` or `INVERSE` of `start` and `size` says where in the pool each one lies.

    `start` (int32, 2 x n) is the first slot, `size` (int16, 2 x n) how many are taken, `room` (int16, 2 x n)
    how many there are, and `changes` (int16, n) counts who came or left since it was last set to 0; `other`
    (int32), `weight` and `vote` (float32) are the slots of the pool. Of free rows, `free` (int32, 16) holds
    the first of each length, whose first slot names the next, -1 for none, and `used` (int64, 1) how much of
    the pool was ever taken.
    """

    start: Int32s
    size: Int16s
    room: Int16s
    changes: Int16s
    other: Int32s
    weight: Float32s
    vote: Float32s
    free: Int32s
    used: Int64s


def new_pool(slots: int) -> tuple[Int32s, Float32s, Float32s]:
    """Slots for others, weights and votes, side by side in memory: whoever reads one reads all."""
    pool = np.zeros((slots, 3), np.int32)
    return pool[:, 0], pool.view(np.float32)[:, 1], pool.view(np.float32)[:, 2]


@compiled
def find_slot(links: Links, kind: int, position: int, other: int) -> int:
    """Find the slot of another in a row, -1 if it is not there."""
    start = links.start[kind, position]
    for slot in range(start, start + links.size[kind, position]):
        if links.other[slot] == other:
            return int(slot)
    return -1


@compiled
def move_row(links: Links, kind: int, position: int, needed: int) -> None:
    """Move a row to where it has room for as many; its former room is free again."""
    wanted = (needed - 1) // SMALLEST
    length = SMALLEST * (wanted + 1)
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
        links.vote[start + slot] = links.vote[former + slot]
    held = links.room[kind, position] // SMALLEST - 1
    if held >= 0:
        links.other[former] = links.free[held]
        links.free[held] = former
    links.start[kind, position] = start
    links.room[kind, position] = length
