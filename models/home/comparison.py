"""Two policies with the same people: ratios, each with an interval by the paired bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

RESAMPLES: Final = 2_000
CONFIDENCE: Final = 0.95

Float64s = npt.NDArray[np.float64]


class Ratio(NamedTuple):
    """A ratio and the ends of its 95% interval."""

    ratio: float
    low: float
    high: float


def compare(ours: Sequence[Float64s], theirs: Sequence[Float64s], *, seed: int) -> Ratio:
    """Divide the sum of `ours` by that of `theirs`: an array for each seed, with a number for each listener.

    The same place is the same listener under both policies, so they are drawn in pairs. The percentile
    bootstrap (Efron 1979), in two stages: worlds are drawn with replacement, and listeners within each,
    since those of a world share what their recommender learned.

    >>> compare([np.array([2.0, 4.0])], [np.array([1.0, 2.0])], seed=0)
    Ratio(ratio=2.0, low=2.0, high=2.0)
    """
    draws = np.random.default_rng(seed)
    drawn = np.empty(RESAMPLES, np.float64)
    for nth in range(RESAMPLES):
        top = bottom = 0.0
        for world in draws.integers(len(ours), size=len(ours)).tolist():
            people = draws.integers(len(ours[world]), size=len(ours[world]))
            top += float(ours[world][people].sum())
            bottom += float(theirs[world][people].sum())
        drawn[nth] = _divide(top, bottom)
    ratio = _divide(sum(float(one.sum()) for one in ours), sum(float(one.sum()) for one in theirs))
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]).tolist()
    return Ratio(ratio, low, high)


def _divide(top: float, bottom: float) -> float:
    """Divide counts, of which one more is never a surprise: so that nothing is divided by 0."""
    return top / bottom if bottom else top + 1.0
