"""What is remembered of items and listeners, in arrays of fixed size an item and a listener."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.item_space import DIMENSIONS, add_signature
from models.sequences.rows import FREE, Int32s, Rows, new_rows, strengthen

CONTEXT: Final = 50
"""Items of a listener that are related to the next one."""
HEARD: Final = 100
"""Last items of a listener that are kept."""
LISTENERS: Final = 60
"""Last listeners of an item that are kept."""
TOGETHER: Final = 200
AFTER: Final = 100
FOLLOWS_REACH: Final = 8.0
NEXT_REACH: Final = 2.0
"""Distances, in items, over which following fades to 1/e; what is below 2% is not counted."""
LEAST: Final = 0.02
SIGNATURE_WEIGHT: Final = 64
"""The resolution of weights in vectors of whole numbers."""


class Memory(NamedTuple):
    """n items and m listeners, by number.

    `key` (int64, n) names items; `times` (int64, n) says how often each came; `together` holds who has both,
    either way round; `follows` and `near` what comes within about eight and two items; `listeners` (int32,
    n x 60) the last who had it, a ring; `vector` (int32, n x 64) is the sum of its companions' signatures.
    `heard` (int32, m x 100) is the ring of a listener's last items, `length` (int64, m) how many there were.
    """

    key: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]
    together: Rows
    follows: Rows
    near: Rows
    listeners: Int32s
    vector: Int32s
    heard: Int32s
    length: npt.NDArray[np.int64]


def new_memory(*, items: int, listeners: int) -> Memory:
    """Make room for items and listeners of whom nothing is known."""
    return Memory(
        np.zeros(items, np.int64),
        np.zeros(items, np.int64),
        new_rows(items, TOGETHER),
        new_rows(items, AFTER),
        new_rows(items, AFTER),
        np.full((items, LISTENERS), FREE, np.int32),
        np.zeros((items, DIMENSIONS), np.int32),
        np.full((listeners, HEARD), FREE, np.int32),
        np.zeros(listeners, np.int64),
    )


def with_room(memory: Memory, *, items: int, listeners: int) -> Memory:
    """Copy into arrays that have room for more."""
    larger = new_memory(items=items, listeners=listeners)
    for old, new in zip(_arrays(memory), _arrays(larger), strict=True):
        new[: len(old)] = old
    return larger


def _arrays(memory: Memory) -> list[npt.NDArray[np.generic]]:
    return [part for field in memory for part in (field if isinstance(field, Rows) else (field,))]


@compiled
def recent_items(memory: Memory, listener: int) -> Int32s:
    """List the listener's last 50 items, the newest first."""
    length = memory.length[listener]
    recent = np.empty(min(length, CONTEXT), np.int32)
    for back in range(len(recent)):
        recent[back] = memory.heard[listener, (length - 1 - back) % HEARD]
    return recent


@compiled
def remember(memory: Memory, listener: int, item: int) -> None:
    """Learn that an item came next for a listener: it goes with, and follows, what came before."""
    recent = recent_items(memory, listener)
    # A long sequence says less of each pair: two of a thousand items need not have much in common.
    share = 1.0 / math.sqrt(min(memory.length[listener], HEARD) + 1.0)
    for back in range(len(recent)):
        other = recent[back]
        strengthen(memory.together, item, other, share)
        strengthen(memory.together, other, item, share)
        add_signature(memory.vector[item], memory.key[other], int(SIGNATURE_WEIGHT * share))
        add_signature(memory.vector[other], memory.key[item], int(SIGNATURE_WEIGHT * share))
        for rows, reach in ((memory.follows, FOLLOWS_REACH), (memory.near, NEXT_REACH)):
            weight = math.exp(-back / reach)
            if weight > LEAST:
                strengthen(rows, other, item, weight)
    memory.listeners[item, memory.times[item] % LISTENERS] = listener
    memory.times[item] += 1
    memory.heard[listener, memory.length[listener] % HEARD] = item
    memory.length[listener] += 1
