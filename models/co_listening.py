"""Co-listening: what an event says of an item and of what its listener had heard before.

Each pair of items is told once for a listener, to the one that came second. So an event speaks of its own
item only, and changes one row of neighbours, not a hundred; the first one learns of it in each worker's
catalogue (decision 19).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.events import Event, ItemKey
from models.index_memory import PackedIndex, open_index
from models.numbering import find_number
from models.play_counts import NEWEST, PLAYS
from models.reward import neighbour_weight
from models.signals import SignalKind, SignalRows

HEARD_BEFORE: Final = 100
"""Different items, the last ones heard, that an event speaks of."""
MOST_CO_SIGNALS: Final = 1 + HEARD_BEFORE
"""Of one event."""


def tell_co_listening(
    rows: SignalRows,
    count: int,
    event: Event,
    index: PackedIndex,
    keys: npt.NDArray[np.int64],
    *,
    position: int,
    listener: ItemKey,
) -> int:
    """Write behind `count` rows what the event says of its item; returns how many rows there are then.

    `index` holds the listener's plays before it, and `keys` the keys of catalogue positions, of which
    `position` is that of the item. The first play of 30 seconds or more names the listener.
    """
    plays, items = _plays_of(index, position)
    weight = neighbour_weight(event, plays=plays)
    if weight == 0:
        return count
    first = plays == 0 and event.is_play
    each = weight / math.sqrt(items + 1.0)
    key = event.subject
    return _tell(rows, count, index, keys, position, key, listener, first, each)


@compiled
def _plays_of(packed: PackedIndex, position: int) -> tuple[int, int]:
    """How often the item was played for 30 seconds or more, and how many items the ring holds."""
    index = open_index(packed)
    number = find_number(index.items, position)
    return (int(index.counts[PLAYS, number]) if number >= 0 else 0), int(index.items.known[0])


@compiled
def _tell(
    rows: SignalRows,
    count: int,
    packed: PackedIndex,
    keys: npt.NDArray[np.int64],
    position: int,
    item: int,
    listener: int,
    first: bool,
    weight: float,
) -> int:
    if first:
        count = _add(rows, count, item, listener, SignalKind.DISCOVERED, weight)
    index, told = open_index(packed), 0
    for play in range(index.size[0] - 1, -1, -1):
        number = index.item[play]
        if index.counts[NEWEST, number] != play or index.counts[PLAYS, number] == 0:
            continue
        other = index.items.value[number]
        if other != position:
            count = _add(rows, count, item, keys[other], SignalKind.NEIGHBOUR, weight)
        told += 1
        if told == HEARD_BEFORE:
            break
    return count


@compiled
def _add(rows: SignalRows, count: int, item: int, other: int, kind: int, weight: float) -> int:
    rows[count].item = item
    rows[count].other = other
    rows[count].kind = kind
    rows[count].weight = weight
    return count + 1
