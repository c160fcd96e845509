"""Segments: the ring as it is stored, in pieces that are written once."""

from __future__ import annotations

from typing import Final

import numpy as np

SEGMENT_EVENTS: Final = 64
"""Events in one sealed segment; the open end of the ring holds fewer."""

RING_EVENT: Final = np.dtype([("item", "<i8"), ("at", "<u4"), ("played", "<u4")])
"""One stored event, 16 bytes: item key, Unix seconds, milliseconds played << 5 | event code."""

SEGMENT_BYTES: Final = SEGMENT_EVENTS * RING_EVENT.itemsize
MAX_PLAYED_MS: Final = (1 << 27) - 1


def segments_of(count: int, *, capacity_events: int) -> range:
    """The numbers of the sealed segments that a ring with `count` events ever appended holds.

    >>> segments_of(200, capacity_events=128)
    range(1, 3)
    """
    last = count // SEGMENT_EVENTS
    return range(max(0, last - capacity_events // SEGMENT_EVENTS), last)
