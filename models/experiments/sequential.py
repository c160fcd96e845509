"""Intervals that hold at every look: who stops when they like what they see is wrong no more often."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from models.experiments.moments import Estimate

ALPHA: Final = 0.05
"""How often an interval may ever leave out the truth."""


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`; without bounds where nothing is known yet."""

    low: float = -math.inf
    high: float = math.inf

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def always_valid(estimate: Estimate | None, *, scale: float, alpha: float = ALPHA) -> Interval:
    """The interval of a confidence sequence: all of them together hold the truth with chance 1 - `alpha`.

    An estimate of standard error s at one look has the interval value ± s·√((1 + 1/r)·(ln(1 + r) - 2·ln
    alpha)), where r = (`scale` / s)². `scale`, above 0 and fixed before the effect is seen, is the size of
    effect that is looked for: the interval is nearly as tight as can be once s is about a third of it. With
    alpha = .05 that is ± 3.0·s, where a test at one look that was fixed beforehand has ± 2.0·s.

    It is asymptotic: it takes the estimates for a Brownian motion with drift in the time 1/s², which they
    approach with many listeners, and to which looks at listeners who stay as different as they are keep.
    `python -m benchmarks.experiments` says how often it errs where that does not hold.

    Sources: Robbins 1970, "Statistical methods related to the law of the iterated logarithm" (the normal
    mixture); Johari, Koomen, Pekelis and Walsh 2022, "Always valid inference" (the same as a sequential
    test, mSPRT); Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, "Time-uniform central limit theory
    and asymptotic confidence sequences" (with estimated variances).

    >>> found = always_valid(Estimate(value=0.06, standard_error=0.0166), scale=0.05)
    >>> round(found.low, 3), round(found.high, 3)
    (0.01, 0.11)
    """
    if estimate is None or estimate.standard_error <= 0.0:
        return Interval()
    ratio = (scale / estimate.standard_error) ** 2
    width = math.sqrt((1.0 + 1.0 / ratio) * (math.log1p(ratio) - 2.0 * math.log(alpha)))
    half = width * estimate.standard_error
    return Interval(estimate.value - half, estimate.value + half)
