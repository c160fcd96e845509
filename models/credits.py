"""Credits: plays that came from shelves, so that what they bring later is paid to the shelf that began them.

A like an hour later, or the return of a discovery next week, belongs to the impression that led to the first
play. A row is kept until it is a month old, or until there is no room: then plays of what was known go first.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState
from models.situation import SITUATION, Steps

MOST_CREDITS: Final = 48
CREDIT_SECONDS: Final = 30 * 86_400
"""What comes later than this is no longer due to the shelf."""

CREDIT: Final = np.dtype(
    [
        ("item", "<i8"),
        ("at", "<u4"),
        ("arm", "<i4"),
        ("part", "u1"),  # of the day
        ("first", "u1"),  # 1 for a first listen that has not returned yet
        ("situation", "i1", (SITUATION,)),
    ]
)
Rows = npt.NDArray[np.void]

NO_CREDITS: Final = np.zeros(0, CREDIT)


def add_credit(
    credits: Rows, *, item: int, at: float, arm: int, part: int, first: bool, situation: Steps
) -> Rows:
    """Add a play behind the others (`CREDIT`); what is too old goes, then the oldest of what was known."""
    row = np.zeros(1, CREDIT)
    row["item"], row["at"], row["arm"], row["part"], row["first"] = item, int(at), arm, part, first
    row["situation"] = situation
    kept = credits[(credits["at"] + CREDIT_SECONDS > at) & (credits["item"] != item)]
    if len(kept) >= MOST_CREDITS:
        known = np.flatnonzero(kept["first"] == 0)
        kept = np.delete(kept, known[0] if len(known) else 0)
    return np.concatenate((kept, row))


def decode_credits(data: bytes) -> Rows:
    """Read the credits that were written as they are.

    Raises:
        CorruptState: the length is wrong.
    """
    if len(data) % CREDIT.itemsize or len(data) > MOST_CREDITS * CREDIT.itemsize:
        raise CorruptState(f"credits in {len(data)} bytes")
    return np.frombuffer(data, CREDIT).copy()
