"""What a listener makes of each shelf, beyond what the policy expects of everybody in such a situation.

A mean for each shelf and part of the day, drawn towards the listener's mean for the shelf, and that towards
nothing: a small hierarchy in the form of Efron and Morris (1975), with fixed strengths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.contexts import PARTS
from models.errors import CorruptState

MOST_SHELVES: Final = 32
"""Shelves remembered; the one that was seen longest ago makes room."""
DOUBT: Final = 8.0
"""Impressions' worth of nothing that every mean starts with."""
KEPT: Final = 0.98
"""What is left of a shelf's evidence after an impression of it: half after 34."""
_SHELF_BYTES: Final = 4 + 2 * 4 * PARTS

Int32s = npt.NDArray[np.int32]
Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class OwnShelves:
    """Fading sums for each of k shelves, the one seen last at the end, and each part of the day.

    `arms` (int32, k) are the shelves; `sums` (float32, k x 2 x 4) their impressions, and their reward beyond
    what was expected.
    """

    arms: Int32s = field(default_factory=lambda: np.zeros(0, np.int32))
    sums: Float32s = field(default_factory=lambda: np.zeros((0, 2, PARTS), np.float32))

    def note(self, arm: int, part: int, *, shown: float, gained: float) -> OwnShelves:
        """Add impressions, and reward beyond what was expected of them, to a shelf in a part of the day."""
        mine = self.arms == arm
        sums = self.sums[mine] * np.float32(KEPT if shown else 1.0) if mine.any() else self._nothing()
        sums[0, :, part] += np.array((shown, gained), np.float32)
        others = ~mine
        arms = np.append(self.arms[others], np.int32(arm))[-MOST_SHELVES:]
        return OwnShelves(arms, np.concatenate((self.sums[others], sums))[-MOST_SHELVES:])

    def encode(self) -> bytes:
        """Write them as 36 bytes a shelf."""
        return self.arms.astype("<i4").tobytes() + self.sums.astype("<f4").tobytes()

    @staticmethod
    def _nothing() -> Float32s:
        return np.zeros((1, 2, PARTS), np.float32)


@compiled
def lean_own(arms: npt.NDArray[np.int64], known: Int32s, sums: Float32s, part: int) -> Float64s:
    """What each of n `arms` brings a listener in a part of the day beyond what is usual: float64, n.

    `known` and `sums` are the fields of `OwnShelves`.
    """
    leaning = np.zeros(len(arms), np.float64)
    for row in range(len(known)):
        for arm in range(len(arms)):
            if arms[arm] == known[row]:
                shown, gained = sums[row, 0], sums[row, 1]
                overall = gained.sum() / (shown.sum() + DOUBT)
                leaning[arm] = (gained[part] + DOUBT * overall) / (shown[part] + DOUBT)
    return leaning


def decode_own_shelves(data: bytes) -> OwnShelves:
    """Read them.

    Raises:
        CorruptState: the length is wrong or a number makes no sense.
    """
    count, rest = divmod(len(data), _SHELF_BYTES)
    if rest or count > MOST_SHELVES:
        raise CorruptState(f"a listener's shelves in {len(data)} bytes")
    arms = np.frombuffer(data, "<i4", count).astype(np.int32)
    sums = np.frombuffer(data, "<f4", offset=4 * count).astype(np.float32).reshape(count, 2, PARTS)
    if not (np.isfinite(sums).all() and (sums[:, 0] >= 0).all()):
        raise CorruptState("a listener's shelf with a number that makes no sense")
    return OwnShelves(arms, sums)
