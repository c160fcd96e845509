"""What was shown: the last slates of a listener, so that what comes of one finds the choice behind it.

A slate is remembered when it is emitted. It counts as seen from the moment when an event names it, down to
the shelf that the event names: nobody can say what was looked at below.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState
from models.page import MOST_ROWS, POLICIES
from models.situation import SITUATION
from models.slate import Decision

REMEMBERED: Final = 8
"""Slates; a player that still shows an older one is no longer learned from."""

SHOWN: Final = np.dtype(
    [
        ("offset", "<i8"),  # of the event that the slate includes
        ("rows", "u1"),
        ("seen", "u1"),
        ("situation", "i1", (SITUATION,)),
        ("arms", "<i4", (MOST_ROWS,)),
        ("odds", "<f4", (POLICIES, MOST_ROWS)),
        ("values", "<f4", (POLICIES, MOST_ROWS)),
        ("predicted", "<f4", (MOST_ROWS,)),
        ("earned", "<f4", (MOST_ROWS,)),  # at once
    ]
)
_BEGIN: Final = struct.Struct("<qBB")
_SEEN: Final = 9
"""Where a row says how much of it was seen."""
Rows = npt.NDArray[np.void]

NOTHING_SHOWN: Final = b""
NO_SLATE: Final = -1


def recommendation_id(*, partition: int, offset: int) -> str:
    """Name the slate that includes the event at an offset.

    >>> recommendation_id(partition=3, offset=1842)
    '3-1842'
    """
    return f"{partition}-{offset}"


def slate_of(recommendation: str, *, partition: int) -> int:
    """The offset that a recommendation of a partition includes, -1 for one of another partition.

    >>> slate_of("3-1842", partition=3), slate_of("3-1842", partition=4), slate_of("3-x", partition=3)
    (1842, -1, -1)
    """
    named, _, offset = recommendation.partition("-")
    # 18 digits are a whole number that every table can hold; a producer may write anything.
    if named != str(partition) or not (offset.isascii() and offset.isdecimal() and len(offset) <= 18):
        return NO_SLATE
    return int(offset)


def remember_slate(shown: bytes, decision: Decision, *, offset: int) -> bytes:
    """Add a slate behind the others; the oldest makes room, unless its outcome is still open.

    What is remembered stays as it is stored: it changes with every slate, and is read when one was seen.
    """
    row = (
        _BEGIN.pack(offset, decision.rows, 0)
        + decision.situation.tobytes()
        + decision.arms.tobytes()
        + decision.numbers.tobytes()
    )
    size = SHOWN.itemsize
    if len(shown) >= REMEMBERED * size:
        # Slates before the one that was seen last are gone: only the first can be it.
        first = size * int(shown[_SEEN] > 0)
        shown = shown[:first] + shown[first + size :]
    return shown + row


def read_shown(shown: bytes) -> Rows:
    """The slates that are remembered (`SHOWN`), oldest first, to be changed freely."""
    return np.frombuffer(shown, SHOWN).copy()


def find_shelf(shown: Rows, *, offset: int, arm: int) -> tuple[int, int] | None:
    """Find which slate (`SHOWN`) includes an offset, and the place of a shelf on it; none where forgotten."""
    for slate in np.flatnonzero(shown["offset"] == offset):
        places = np.flatnonzero(shown["arms"][slate, : shown["rows"][slate]] == arm)
        if len(places):
            return int(slate), int(places[0])
    return None


def check_shown(data: bytes) -> bytes:
    """Take slates that were stored.

    Raises:
        CorruptState: the length is wrong or a number makes no sense.
    """
    if len(data) % SHOWN.itemsize or len(data) > REMEMBERED * SHOWN.itemsize:
        raise CorruptState(f"shown slates in {len(data)} bytes")
    rows = np.frombuffer(data, SHOWN)
    finite = all(np.isfinite(rows[name]).all() for name in ("odds", "values", "predicted", "earned"))
    if not finite or (rows["rows"] > MOST_ROWS).any() or (rows["seen"] > rows["rows"]).any():
        raise CorruptState("a shown slate with a number that makes no sense")
    return data
