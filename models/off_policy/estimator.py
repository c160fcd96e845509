"""What a policy would have earned, from what another one logged: IPS, SNIPS and DR, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.errors import CorruptState
from models.learned_bytes import LearnedBytes
from models.off_policy.bets import STAKES, FloatArray, lower_bound
from models.off_policy.learning import (
    CAPPED,
    COUNT,
    DOUBLY_ROBUST,
    NUMBERS,
    REWARDS,
    SQUARES,
    TOTALS,
    WEIGHTS,
    Bet,
    learn_rows,
    most_of,
)
from models.off_policy.outcomes import Outcome, OutcomeRows, flaw, outcome_rows

WEIGHT_CAP: Final = 20.0
"""Importance weights count at most this much, unless a caller who knows both policies says a closer bound."""
MISS: Final = 0.05
"""The chance that an interval is ever wrong, half of it on either side."""
_BYTES: Final = LearnedBytes("a policy estimator", version=1, layout=len(STAKES), number=np.float64)


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """A mean reward by one estimator, and the interval that holds the true one, at all times at once."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What `count` outcomes say of the mean reward of a policy.

    `effective_sample_size` is (Σw)² / Σw² (Kish): so many rows of the policy's own would say as much.
    `mean_weight` is near 1 if the propensities are right; a `low` above its `high` says that they are not.
    `capped` counts the rows whose weight exceeded the cap; while there is none, each interval assumes that
    none can, and from then on all are that of IPS, whose ends need no such assumption.
    """

    count: int
    capped: int
    effective_sample_size: float
    mean_weight: float
    ips: PolicyValue
    snips: PolicyValue
    dr: PolicyValue


class PolicyEstimator:
    """Estimates the mean reward of one target policy from logged choices, in 1 KB whatever their number.

    Weights are w = min(target / logged, `cap`), and `cap` (1 or more) is fixed before the first reward is
    seen. IPS is the mean of w r; SNIPS is Σ w r / Σ w; DR is the mean of expected + w (r - predicted).
    Intervals are confidence sequences by betting (`models.off_policy.bets`), which anybody may look at after
    every row:

    * The lower end of IPS bets that w r is high; capping can only lower it. The upper end bets that w r is
      low, which assumes that the target never chooses anything more than `cap` times as often as the log.
      Once a row has shown that it does, the upper end is 1 less the lower bound of w (1 - r), which assumes
      nothing and is wider.
    * DR bets on its own terms; SNIPS on v + w (r - v), v being SNIPS of the rows before. Both assume the same
      of the cap at both ends, and take the interval of IPS once it was exceeded.

    Source: Horvitz and Thompson 1952; Swaminathan and Joachims 2015; Dudík et al. 2011; Karampatziakis et al.
    2021, "Off-policy confidence sequences"; Waudby-Smith et al. 2024, "Anytime-valid off-policy inference".

    >>> estimator = PolicyEstimator()
    >>> estimator.learn_one(Outcome(logged=0.5, target=0.25, reward=1.0))
    >>> estimator.learn_one(Outcome(logged=0.5, target=0.75, reward=0.0))
    >>> (found := estimator.estimate()).ips.value, found.snips.value, found.effective_sample_size
    (0.25, 0.25, 1.6)
    """

    def __init__(self, *, cap: float = WEIGHT_CAP) -> None:
        if not (1.0 <= cap < np.inf):
            raise ValueError(f"a cap of {cap} on weights, whose mean is 1")
        self.cap = cap
        self._totals = np.zeros(TOTALS, np.float64)
        self._wealth = np.zeros((len(Bet), len(STAKES)), np.float64)

    @property
    def count(self) -> int:
        """Outcomes learned."""
        return int(self._totals[COUNT])

    def learn_one(self, outcome: Outcome) -> None:
        """Learn one outcome; raises ValueError where a number is out of its range."""
        self.learn_many(outcome_rows([(0, outcome)]))

    def learn_many(self, rows: OutcomeRows) -> None:
        """Learn rows of dtype `OUTCOME` in order, to the same state as one by one.

        Raises:
            ValueError: a number is out of its range; then nothing was learned.
        """
        if wrong := flaw(rows):
            raise ValueError(f"outcomes with {wrong}")
        numbers = np.stack([rows[name] for name in NUMBERS]).astype(np.float64)
        learn_rows(self._totals, self._wealth, self.cap, numbers)

    def estimate(self) -> Estimate:
        """Estimate from what was learned so far; asking changes nothing."""
        totals, count = self._totals, max(1.0, self._totals[COUNT])
        weights = totals[WEIGHTS]
        ips = self._interval(Bet.IPS, Bet.IPS_BELOW, least=0.0)
        snips = self._interval(Bet.SNIPS, Bet.SNIPS_BELOW, least=-self.cap)
        dr = self._interval(Bet.DR, Bet.DR_BELOW, least=-self.cap)
        if totals[CAPPED]:
            lost = self.cap * self._lower(Bet.LOST)
            ips = snips = dr = (ips[0], max(0.0, 1.0 - lost))
        return Estimate(
            count=self.count,
            capped=int(totals[CAPPED]),
            effective_sample_size=self._sample_size(),
            mean_weight=float(weights / count),
            ips=PolicyValue(float(totals[REWARDS] / count), *ips),
            snips=PolicyValue(float(totals[REWARDS] / weights) if weights else 0.0, *snips),
            dr=PolicyValue(float(totals[DOUBLY_ROBUST] / count), *dr),
        )

    def _sample_size(self) -> float:
        squares = self._totals[SQUARES]
        # Squares of the smallest weights vanish, or are so coarse that a row would be worth more than one.
        return min(float(self.count), float(self._totals[WEIGHTS] ** 2 / squares)) if squares else 0.0

    def _interval(self, above: Bet, below: Bet, *, least: float) -> tuple[float, float]:
        """Both ends, from shares of the way from `least` up to the most that a term can be."""
        span = most_of(self.cap, least) - least
        low = self._lower(above) * span + least
        high = (1.0 - self._lower(below)) * span + least
        return min(1.0, max(0.0, low)), min(1.0, max(0.0, high))

    def _lower(self, bet: Bet) -> float:
        return lower_bound(self._wealth[bet], self._totals[COUNT], MISS / 2.0)

    def state(self) -> tuple[FloatArray, FloatArray]:
        """Give the totals and the wealth of the bets: everything learned, and what `learn_row` adds to."""
        return self._totals, self._wealth


def encode_estimator(estimator: PolicyEstimator) -> bytes:
    """Write an estimator as versioned bytes, 1 KB."""
    totals, wealth = estimator.state()
    return _BYTES.encode(estimator.count, np.concatenate(([estimator.cap], totals, wealth.ravel())))


def decode_estimator(data: bytes) -> PolicyEstimator:
    """Make an estimator that goes on, bit for bit, where the bytes end.

    Raises:
        CorruptState: the version or length is another, a number is not finite, or it contradicts the others.
    """
    count, numbers = _BYTES.decode(data, count=1 + TOTALS + len(Bet) * len(STAKES))
    totals = numbers[1 : 1 + TOTALS]
    weights, possible = totals[WEIGHTS], totals[CAPPED] in range(count + 1)
    if numbers[0] < 1.0 or totals[COUNT] != count or not possible or not 0 <= weights <= numbers[0] * count:
        raise CorruptState(f"a policy estimator of {count} outcomes whose totals contradict each other")
    estimator = PolicyEstimator(cap=float(numbers[0]))
    own_totals, own_wealth = estimator.state()
    own_totals[:] = totals
    own_wealth[:] = numbers[1 + TOTALS :].reshape(own_wealth.shape)
    return estimator
