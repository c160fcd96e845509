"""What a listener makes of each shelf, beyond what the policy expects of everybody in such a situation.

A mean for each shelf and part of the day, drawn towards the listener's mean for the shelf, and that towards
nothing: a small hierarchy in the form of Efron and Morris (1975), with fixed strengths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from models.contexts import PARTS
from models.errors import CorruptState

MOST_SHELVES: Final = 32
"""Shelves remembered; the one that was seen longest ago makes room."""
DOUBT: Final = 8.0
"""Impressions' worth of nothing that every mean starts with."""
KEPT: Final = 0.98
"""What is left of a shelf's evidence after an impression of it: half after 34."""

OWN_SHELF: Final = np.dtype([("arm", "<i4"), ("shown", "<f4", (PARTS,)), ("gained", "<f4", (PARTS,))])
Rows = npt.NDArray[np.void]
Float64s = npt.NDArray[np.float64]


def _none() -> Rows:
    return np.zeros(0, OWN_SHELF)


@dataclass(frozen=True, slots=True, eq=False)
class OwnShelves:
    """Fading sums for each shelf and part of the day: impressions, and reward beyond what was expected."""

    rows: Rows = field(default_factory=_none)

    def note(self, arm: int, part: int, *, shown: float, gained: float) -> OwnShelves:
        """Add impressions, and reward beyond what was expected of them, to a shelf in a part of the day."""
        mine = self.rows["arm"] == arm
        row = self.rows[mine].copy() if mine.any() else np.zeros(1, OWN_SHELF)
        row["arm"] = arm
        kept = KEPT if shown else 1.0
        row["shown"] *= kept
        row["gained"] *= kept
        row["shown"][0, part] += shown
        row["gained"][0, part] += gained
        return OwnShelves(np.concatenate((self.rows[~mine], row))[-MOST_SHELVES:])

    def lean(self, arms: npt.NDArray[np.int64], part: int) -> Float64s:
        """What each of k shelves brings this listener in a part of the day beyond what is usual: float64."""
        shown, gained = self.rows["shown"], self.rows["gained"]
        overall = gained.sum(axis=1) / (shown.sum(axis=1) + DOUBT)
        now = (gained[:, part] + DOUBT * overall) / (shown[:, part] + DOUBT)
        mine: Float64s = (self.rows["arm"] == arms[:, None]) @ now.astype(np.float64)
        return mine

    def encode(self) -> bytes:
        """Write them as 36 bytes a shelf."""
        return self.rows.tobytes()


def decode_own_shelves(data: bytes) -> OwnShelves:
    """Read them.

    Raises:
        CorruptState: the length is wrong or a number makes no sense.
    """
    if len(data) % OWN_SHELF.itemsize or len(data) > MOST_SHELVES * OWN_SHELF.itemsize:
        raise CorruptState(f"a listener's shelves in {len(data)} bytes")
    rows = np.frombuffer(data, OWN_SHELF).copy()
    if not (
        np.isfinite(rows["gained"]).all() and np.isfinite(rows["shown"]).all() and (rows["shown"] >= 0).all()
    ):
        raise CorruptState("a listener's shelf with a number that makes no sense")
    return OwnShelves(rows)
