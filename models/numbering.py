"""Numbering: distinct values get dense numbers in the order in which they come, found again by hash.

What is computed by number needs arrays as long as a ring, never as long as the catalogue, and stands in an
order that depends on the history alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


class Numbering(NamedTuple):
    """Distinct values (catalogue positions), numbered in the order in which they came.

    `value` (int32) holds the value of each number, `known` (int64, 1) how many there are, `table` (int32, a
    power of two long) the numbers by hash, -1 where free.
    """

    table: Int32s
    value: Int32s
    known: Int64s


@compiled
def table_places(room: int) -> int:
    """How long the table of a numbering with room for that many values is."""
    # Seven eighths full at worst, seldom a quarter: what is scanned has to stay in the processor's cache.
    places = 64
    while 7 * places < 8 * room:
        places *= 2
    return places


@compiled
def new_numbering(room: int) -> Numbering:
    """Make an empty numbering with room for that many values."""
    places = table_places(room)
    return Numbering(np.full(places, -1, np.int32), np.empty(room, np.int32), np.zeros(1, np.int64))


@compiled
def copy_numbering(numbering: Numbering) -> Numbering:
    """Copy a numbering, so that what is added to the copy leaves it alone."""
    known = numbering.known[0]
    value = np.empty(len(numbering.value), np.int32)
    value[:known] = numbering.value[:known]
    return Numbering(numbering.table.copy(), value, numbering.known.copy())


@compiled
def find_number(numbering: Numbering, value: int) -> int:
    """Look up the number of a value, -1 if it has none."""
    return int(numbering.table[_place_of(numbering, value)])


@compiled
def give_number(numbering: Numbering, value: int) -> int:
    """Look up the number of a value, the next free one if it has none, -1 if none is free.

    >>> numbering = new_numbering(2)
    >>> [give_number(numbering, value) for value in (7, 9, 7, 4)], find_number(numbering, 4)
    ([0, 1, 0, -1], -1)
    """
    place = _place_of(numbering, value)
    count = numbering.known[0]
    if numbering.table[place] < 0 and count < len(numbering.value):
        numbering.table[place] = count
        numbering.value[count] = value
        numbering.known[0] = count + 1
    return int(numbering.table[place])


@compiled
def _place_of(numbering: Numbering, value: int) -> int:
    """Find where the table holds a value or would hold it: open addressing.

    The multiplier is Knuth's (The Art of Computer Programming 3, 6.4): neighbours spread over the table.
    """
    mask = len(numbering.table) - 1
    place = (value * 2_654_435_761 >> 12) & mask
    while numbering.table[place] >= 0 and numbering.value[numbering.table[place]] != value:
        place = (place + 1) & mask
    return place
