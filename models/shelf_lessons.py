"""What events teach of shelves: impressions, what they pay, and how listeners fare from slate to slate."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState
from models.page import POLICIES
from models.situation import SITUATION, Steps


class LessonKind(IntEnum):
    """What a row says; the numbers are those on the wire."""

    IMPRESSION = 0  # a shelf was seen; `amount` is what was expected of it
    REWARD = 1  # an impression paid `amount`
    PASSAGE = 2  # from one slate that was seen to the next, `amount` was gained, `discount` lies between them


LESSON: Final = np.dtype(
    [
        ("offset", "<i8"),  # of the event that teaches it
        ("kind", "u1"),
        ("arm", "<i4"),
        ("situation", "i1", (SITUATION,)),
        ("after", "i1", (SITUATION,)),
        ("amount", "<f4"),
        ("discount", "<f4"),
    ]
)
CHOICE: Final = np.dtype(
    [
        ("offset", "<i8"),
        ("odds", "<f4", (POLICIES,)),  # with which each policy chooses the shelf
        ("values", "<f4", (POLICIES,)),  # the reward expected of each policy's choice
        ("predicted", "<f4"),  # the reward expected of this shelf
        ("reward", "<f4"),
    ]
)
Rows = npt.NDArray[np.void]

NO_LESSONS: Final = np.zeros(0, LESSON)
NO_CHOICES: Final = np.zeros(0, CHOICE)


def lesson(
    kind: LessonKind,
    *,
    amount: float,
    situation: Steps,
    arm: int = 0,
    after: Steps | None = None,
    discount: float = 0.0,
) -> Rows:
    """One row (`LESSON`) whose offset is still to be said."""
    row = np.zeros(1, LESSON)
    row["kind"], row["arm"], row["amount"], row["discount"] = kind, arm, amount, discount
    row["situation"] = situation
    if after is not None:
        row["after"] = after
    return row


def gather_lessons(parts: Sequence[Rows]) -> Rows:
    """Put rows one behind the other."""
    return np.concatenate((NO_LESSONS, *parts)) if parts else NO_LESSONS


def decode_lessons(data: bytes) -> Rows:
    """Read rows (`LESSON`) that were written as they are.

    Raises:
        CorruptState: the length is wrong, there is no such kind, offsets fall, or a number is not finite.
    """
    if len(data) % LESSON.itemsize:
        raise CorruptState(f"lessons in {len(data)} bytes")
    rows = np.frombuffer(data, LESSON)
    if (rows["kind"] > max(LessonKind)).any() or (np.diff(rows["offset"]) < 0).any():
        raise CorruptState("lessons of another kind, or whose offsets fall")
    if not (np.isfinite(rows["amount"]).all() and np.isfinite(rows["discount"]).all()):
        raise CorruptState("a lesson with a number that is not finite")
    return rows
