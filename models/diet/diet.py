"""The diet: running means of what a listener plays and is shown, over weeks and months, in 185 bytes."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.diet.alarm import EVIDENCE, exploration_by, is_narrow
from models.diet.measures import MEASURES, Float32s, IndexArray, Measure, Uint16s, gini
from models.errors import CorruptState
from models.recollection import Float64s

HALF_LIVES_DAYS: Final = (14.0, 120.0)
"""How long evidence counts half: these weeks, and what the listener is used to."""
POTS: Final = 48
"""Artists share pots by their key: a fixed number of them, so that two months can be compared."""
MOST_EXPOSURES: Final = 60_000
"""When so many are counted, each pot is halved (aging, Einziger et al. 2017): about a thousand slates."""

DAY_SECONDS: Final = 86_400.0
_HORIZONS: Final = len(HALF_LIVES_DAYS)
_FIXED: Final = struct.Struct("<d?")


class Side(IntEnum):
    """Whose choice it was."""

    PLAYED = 0
    SHOWN = 1


class Horizon(IntEnum):
    """Over how long the mean runs."""

    WEEKS = 0
    MONTHS = 1


_ROWS: Final = len(Side) * _HORIZONS
_MEANS_BYTES: Final = _ROWS * (MEASURES + 1) * 4
DIET_BYTES: Final = _FIXED.size + _MEANS_BYTES + 2 * POTS


def _nothing_measured() -> Float32s:
    return np.zeros((_ROWS, MEASURES + 1), np.float32)


def _nobody_shown() -> Uint16s:
    return np.zeros(POTS, np.uint16)


@dataclass(frozen=True, slots=True, eq=False)
class Diet:
    """What a listener plays and is shown, as of `at` (Unix seconds).

    `means` (float32, 4 x 5) has a row for played over weeks and months, then for shown over weeks and months:
    the running mean of each measure and, last, its evidence, a count that fades. `exposures` (uint16, 48)
    counts how often the artists of each pot were shown. `narrow` says that the filter-bubble alarm is raised.
    """

    at: float = 0.0
    means: Float32s = field(default_factory=_nothing_measured)
    exposures: Uint16s = field(default_factory=_nobody_shown)
    narrow: bool = False

    def mean(self, side: Side, measure: Measure, horizon: Horizon) -> float:
        """The running mean of a measure, 0 without evidence."""
        return float(self.means[side * _HORIZONS + horizon, measure])

    def evidence(self, side: Side, horizon: Horizon) -> float:
        """How many plays or slates count in the mean, older ones in part."""
        return float(self.means[side * _HORIZONS + horizon, EVIDENCE])

    @property
    def exposure_gini(self) -> float:
        """How unevenly artists were shown: 0 all pots alike, 47/48 one alone."""
        return float(gini(self.exposures))

    @property
    def exploration(self) -> float:
        """By how much the odds of what was never heard are multiplied: 1 unless the alarm is raised."""
        return exploration_by(self.means[0], self.means[1]) if self.narrow else 1.0


def update_diet(diet: Diet, side: Side, measured: Float64s, *, at: float) -> Diet:
    """Count a play or a slate with its measures (float64, `MEASURES`); one with a NaN leaves the means.

    What comes late counts as if it came at the last known time: time never runs backwards.
    """
    now = max(diet.at, at)
    days = (now - diet.at) / DAY_SECONDS
    means, narrow = move_means(diet.means, int(side), measured, days, diet.narrow)
    return Diet(now, means, diet.exposures, narrow)


def expose(diet: Diet, artists: Uint16s) -> Diet:
    """Count the pots of the artists (uint16, n up to 5,000: `pots_of`) of a slate that was shown."""
    return Diet(diet.at, diet.means, count_pots(diet.exposures, artists), diet.narrow)


@compiled
def move_means(
    means: Float32s, side: int, measured: Float64s, days: float, narrow: bool
) -> tuple[Float32s, bool]:
    """Let evidence fade for so many `days`, then move the means of a side, and watch those of the plays.

    Returns the means, and whether the alarm is raised. Measures with a NaN among them move no mean.
    """
    moved = means.copy()
    for horizon in range(_HORIZONS):
        fading = 2.0 ** (-days / HALF_LIVES_DAYS[horizon])
        for row in range(horizon, _ROWS, _HORIZONS):
            moved[row, EVIDENCE] *= fading
        if not np.isnan(measured).any():
            mean = moved[side * _HORIZONS + horizon]
            mean[EVIDENCE] += 1.0
            for measure in range(MEASURES):
                mean[measure] += (measured[measure] - mean[measure]) / mean[EVIDENCE]
    return moved, is_narrow(moved[0], moved[1], narrow)


@compiled
def pots_of(artists: IndexArray, keys: npt.NDArray[np.int64]) -> Uint16s:
    """The pots (uint16) of n artists (int32), whose `keys` (int64) are the same in every worker; -1 has none.

    >>> pots_of(np.array([1, -1, 0], np.int32), np.array([50, 7], np.int64)).tolist()
    [7, 2]
    """
    pots, count = np.empty(len(artists), np.uint16), 0
    for artist in artists:
        if artist >= 0:
            pots[count] = np.uint64(keys[artist]) % np.uint64(POTS)
            count += 1
    return pots[:count]


@compiled
def count_pots(exposures: Uint16s, pots: Uint16s) -> Uint16s:
    """The counts of pots (uint16, POTS) after some more (uint16, n): see `MOST_EXPOSURES`."""
    counted, total = exposures.copy(), len(pots)
    for count in exposures:
        total += count
    for pot in pots:
        counted[pot] += 1
    if total > MOST_EXPOSURES:
        for pot in range(len(counted)):
            counted[pot] >>= 1
    return counted


def encode_diet(diet: Diet) -> bytes:
    """Write it as `DIET_BYTES` bytes, whose version is that of the state around them."""
    means, exposures = diet.means.astype("<f4").tobytes(), diet.exposures.astype("<u2").tobytes()
    return _FIXED.pack(diet.at, diet.narrow) + means + exposures


def decode_diet(data: bytes) -> Diet:
    """Read it.

    Raises:
        CorruptState: the length is wrong, a number is not finite, or there is less evidence than none.
    """
    if len(data) != DIET_BYTES:
        raise CorruptState(f"diet of {len(data)} bytes, expected {DIET_BYTES}")
    at, narrow = _FIXED.unpack_from(data)
    numbers = np.frombuffer(data, "<f4", _ROWS * (MEASURES + 1), _FIXED.size)
    exposures = np.frombuffer(data, "<u2", POTS, _FIXED.size + _MEANS_BYTES).astype(np.uint16)
    means = numbers.astype(np.float32).reshape(_ROWS, MEASURES + 1)
    if data[_FIXED.size - 1] > 1 or not (
        math.isfinite(at) and np.isfinite(means).all() and (means[:, EVIDENCE] >= 0).all()
    ):
        raise CorruptState("diet with a number that is not finite, or with less evidence than none")
    if exposures.sum(dtype=np.int64) > MOST_EXPOSURES:
        raise CorruptState("diet with more exposures than are kept")
    return Diet(at, means, exposures, narrow)
