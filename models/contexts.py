"""Contexts: when, where and on what somebody listens, in buckets, and a taste for each bucket.

The taste of a bucket is moved by what is played in it and by nothing else, so that a commute does not wash
out an evening. What is predicted is spoken for by the mean of the tastes of the buckets that hold now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.errors import CorruptState
from models.events import Context, Device, stable_key
from models.half import round_to_half
from models.item_space import DIMENSIONS, VectorArray
from models.taste import update_taste

MOST_BUCKETS: Final = 16
"""Buckets remembered; the one that held longest ago makes room."""
KEPT: Final = 0.98
"""What is left of a bucket's evidence after a play in it: half after 34."""
PARTS: Final = 4
"""Of a day, six hours each, from midnight on."""
PARTS_OF_WEEK: Final = tuple(
    week + part for week in ("", "weekend ") for part in ("nights", "mornings", "afternoons", "evenings")
)
"""What the parts of workdays, then of weekends, are called."""
_DEVICES, _ACTIVITIES, _PLACES, _WEATHERS = 16, 32, 64, 96
_NAMES: Final = 31
"""Buckets of activities, of places and of weathers; names that share one are taken for the same."""

Buckets = npt.NDArray[np.uint8]
TasteArray = npt.NDArray[np.float32]


def buckets_of(context: Context, *, at: float) -> list[int]:
    """The buckets that hold at a Unix time: part of the day on workdays or weekends, and what is known.

    >>> buckets_of(Context(utc_offset_min=60), at=0.0), buckets_of(Context(), at=2 * 86_400 + 43_200.0)
    ([0], [6])
    """
    minutes = int(at // 60) + context.utc_offset_min
    weekend = (minutes // 1440 + 3) % 7 >= 5
    buckets = [minutes % 1440 // 360 + PARTS * weekend]
    if context.device is not Device.UNKNOWN:
        buckets.append(_DEVICES + int(context.device))
    named = (_ACTIVITIES, context.activity), (_PLACES, context.place), (_WEATHERS, context.weather)
    return buckets + [first + stable_key(name) % _NAMES for first, name in named if name]


def _no_buckets() -> Buckets:
    return np.zeros(0, np.uint8)


def _no_evidence() -> TasteArray:
    return np.zeros((0, DIMENSIONS), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class ContextTastes:
    """The tastes of k buckets (uint8, k), the one that held last at the end; the last `now` of them hold now.

    `evidence` (float32, k x 64) holds fading sums of weighted item vectors, in steps of a float16.
    """

    buckets: Buckets = field(default_factory=_no_buckets)
    evidence: TasteArray = field(default_factory=_no_evidence)
    now: int = 0

    @property
    def part_of_week(self) -> int:
        """Which of `PARTS_OF_WEEK` holds now, -1 before the first event."""
        return int(self.buckets[-self.now]) if self.now else -1


@compiled
def update_contexts(
    buckets: Buckets, evidence: TasteArray, holding: Buckets, vector: VectorArray, weight: float
) -> tuple[Buckets, TasteArray]:
    """Move the tastes of the buckets that hold towards an item, or away from it by a negative weight.

    Returns the buckets that are remembered and their evidence: the others in their order, then those that
    hold.
    """
    others = [row for row in range(len(buckets)) if not (holding == buckets[row]).any()]
    others = others[max(0, len(others) + len(holding) - MOST_BUCKETS) :]
    count = len(others) + len(holding)
    order, moved = np.empty(count, np.uint8), np.zeros((count, len(vector)), np.float32)
    for place in range(len(others)):
        order[place], moved[place] = buckets[others[place]], evidence[others[place]]
    for nth in range(len(holding)):
        place = len(others) + nth
        order[place] = holding[nth]
        for row in range(len(buckets)):
            if buckets[row] == holding[nth]:
                moved[place] = evidence[row]
        moved[place] = round_to_half(update_taste(moved[place], vector, weight, KEPT))
    return order, moved


@compiled
def mean_direction(evidence: TasteArray, now: int) -> VectorArray:
    """The mean (float32, 64) of the unit vectors of the last `now` buckets: zero, or shorter than 1."""
    mean = np.zeros(evidence.shape[1], np.float32)
    for row in range(len(evidence) - now, len(evidence)):
        squares = np.float32(0)
        for dimension in range(len(mean)):
            squares += evidence[row, dimension] * evidence[row, dimension]
        if squares > 0:
            share = np.float32(1) / (np.sqrt(squares) * np.float32(now))
            for dimension in range(len(mean)):
                mean[dimension] += evidence[row, dimension] * share
    return mean


def encode_contexts(known: ContextTastes) -> bytes:
    """Write them as 2 bytes and 129 a bucket."""
    return (
        bytes((len(known.buckets), known.now))
        + known.buckets.tobytes()
        + known.evidence.astype("<f2").tobytes()
    )


def decode_contexts(data: bytes) -> ContextTastes:
    """Read them.

    Raises:
        CorruptState: the length is wrong or a number makes no sense.
    """
    if len(data) < 2 or len(data) != 2 + data[0] * (1 + 2 * DIMENSIONS) or not data[1] <= data[0]:
        raise CorruptState(f"tastes of contexts in {len(data)} bytes")
    count = data[0]
    evidence = np.frombuffer(data, "<f2", offset=2 + count).astype(np.float32).reshape(count, DIMENSIONS)
    if count > MOST_BUCKETS or not np.isfinite(evidence).all():
        raise CorruptState("too many tastes of contexts, or one with a number that is not finite")
    return ContextTastes(np.frombuffer(data, np.uint8, count, 2).copy(), evidence, data[1])
