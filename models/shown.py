"""What was shown: the last slates of a listener, so that what comes of one finds the choice behind it.

A slate is remembered when it is emitted. It counts as seen from the moment when an event names it, down to
the shelf that the event names: nobody can say what was looked at below.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState
from models.page import MOST_ROWS
from models.situation import SITUATION
from models.slate import Decision

REMEMBERED: Final = 8
"""Slates; a player that still shows an older one is no longer learned from."""
POLICIES: Final = 3
"""The one that draws, and two that look on."""

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
        ("earned", "<f4", (MOST_ROWS,)),
    ]
)
Rows = npt.NDArray[np.void]

NOTHING_SHOWN: Final = np.zeros(0, SHOWN)
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


def remember_slate(shown: Rows, decision: Decision, *, offset: int) -> Rows:
    """Add a slate behind the others (`SHOWN`); the oldest makes room."""
    row = np.zeros(1, SHOWN)
    count = len(decision.arms)
    row["offset"], row["rows"] = offset, count
    row["situation"] = decision.situation
    row["arms"][0, :count] = decision.arms
    row["odds"][0, :, :count] = decision.odds
    row["values"][0, :, :count] = decision.values
    row["predicted"][0, :count] = decision.predicted
    if len(shown) >= REMEMBERED:
        # What was seen stays until the next one is: its outcome is still open.
        shown = np.delete(shown, int(np.argmin(shown["seen"] > 0)))
    return np.concatenate((shown, row))


def find_shelf(shown: Rows, *, offset: int, arm: int) -> tuple[int, int]:
    """Find the slate that includes an offset and the place of a shelf on it; -1 and -1 where forgotten."""
    for slate in np.flatnonzero(shown["offset"] == offset):
        places = np.flatnonzero(shown["arms"][slate, : shown["rows"][slate]] == arm)
        if len(places):
            return int(slate), int(places[0])
    return -1, -1


def decode_shown(data: bytes) -> Rows:
    """Read the slates that were written as they are.

    Raises:
        CorruptState: the length is wrong or a number makes no sense.
    """
    if len(data) % SHOWN.itemsize or len(data) > REMEMBERED * SHOWN.itemsize:
        raise CorruptState(f"shown slates in {len(data)} bytes")
    rows = np.frombuffer(data, SHOWN).copy()
    finite = all(np.isfinite(rows[name]).all() for name in ("odds", "values", "predicted", "earned"))
    if not finite or (rows["rows"] > MOST_ROWS).any() or (rows["seen"] > rows["rows"]).any():
        raise CorruptState("a shown slate with a number that makes no sense")
    return rows
