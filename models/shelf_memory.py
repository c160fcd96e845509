"""What is remembered of a listener's shelves: the last slates, what was played from them, how that went."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

import numpy as np

from models.credits import NO_CREDITS, decode_credits
from models.errors import CorruptState
from models.own_shelves import OwnShelves, decode_own_shelves
from models.shelf_lessons import Rows
from models.shown import NOTHING_SHOWN, check_shown
from models.situation import SITUATION, Steps

_SIZES: Final = struct.Struct("<HHHdd")
"""Bytes of shown slates, credits and own shelves; when a slate was seen last, and what was gained since."""


_NOWHERE: Final[Steps] = np.zeros(SITUATION, np.int8)
_NOWHERE.flags.writeable = False


class ShelfMemory(NamedTuple):
    """What is remembered of the shelves of a listener.

    `shown` are the last slates, as they are stored, `credits` (`CREDIT`) plays that came from shelves.
    `since` (int8, SITUATION) is the situation in which a slate was seen last, at `at` (Unix seconds, 0 if
    never), and `gained` how the listener was served from then on.
    """

    shown: bytes = NOTHING_SHOWN
    credits: Rows = NO_CREDITS
    own: OwnShelves = OwnShelves()
    since: Steps = _NOWHERE
    at: float = 0.0
    gained: float = 0.0


def encode_memory(memory: ShelfMemory) -> bytes:
    """Write it as plain bytes."""
    shown, credits, own = memory.shown, memory.credits.tobytes(), memory.own.encode()
    sizes = _SIZES.pack(len(shown), len(credits), len(own), memory.at, memory.gained)
    return sizes + memory.since.tobytes() + shown + credits + own


def decode_memory(data: bytes) -> ShelfMemory:
    """Read it.

    Raises:
        CorruptState: the length is wrong or a number makes no sense.
    """
    first = _SIZES.size + SITUATION
    if len(data) < first:
        raise CorruptState(f"memory of {len(data)} bytes")
    shown_bytes, credit_bytes, own_bytes, at, gained = _SIZES.unpack_from(data)
    shown_end = first + shown_bytes
    credits_end = shown_end + credit_bytes
    if len(data) != credits_end + own_bytes or not (np.isfinite(at) and np.isfinite(gained)):
        raise CorruptState(f"memory of {len(data)} bytes, or with a number that is not finite")
    return ShelfMemory(
        check_shown(data[first:shown_end]),
        decode_credits(data[shown_end:credits_end]),
        decode_own_shelves(data[credits_end:]),
        np.frombuffer(data, np.int8, SITUATION, _SIZES.size).copy(),
        at,
        gained,
    )
