"""One logged choice into the totals and bets of a policy estimator."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np

from models.compiled import compiled
from models.off_policy.bets import FloatArray, add_bets

COUNT: Final = 0
CAPPED: Final = 1
WEIGHTS: Final = 2
SQUARES: Final = 3
REWARDS: Final = 4
DOUBLY_ROBUST: Final = 5
TOTALS: Final = 6
"""Places of the totals: rows, rows over the cap, Σw, Σw², Σwr, Σ(expected + w (r - predicted))."""

NUMBERS: Final = ("logged", "target", "reward", "predicted", "expected")
"""The rows of numbers that `learn_rows` takes."""

_ROUNDING: Final = 1.0 + 1e-9


class Bet(IntEnum):
    """The series of which each mean is bounded from below; those `…_BELOW` are 1 less the one before."""

    IPS = 0
    IPS_BELOW = 1
    LOST = 2  # w (1 - r)
    SNIPS = 3
    SNIPS_BELOW = 4
    DR = 5
    DR_BELOW = 6


BETS: Final = len(Bet)


@compiled
def most_of(cap: float, least: float) -> float:
    """The most that a term of an estimator can be whose least is 0 (IPS) or -`cap` (SNIPS, DR)."""
    return cap if least == 0.0 else 1.0 + cap


@compiled
def learn_row(
    totals: FloatArray,
    wealth: FloatArray,
    shares: FloatArray,
    cap: float,
    logged: float,
    target: float,
    reward: float,
    predicted: float,
    expected: float,
) -> None:
    """Add one outcome to `totals` (TOTALS) and `wealth` (BETS x STAKES), working in `shares` (BETS)."""
    weight = target / logged
    # A bound that was worked out from the policies may fall short of their quotient by its rounding.
    if weight > cap * _ROUNDING:
        totals[CAPPED] += 1.0
    weight = min(weight, cap)
    before = totals[REWARDS] / totals[WEIGHTS] if totals[WEIGHTS] > 0.0 else 0.0
    doubly_robust = expected + weight * (reward - predicted)
    span = most_of(cap, -cap) + cap
    shares[0] = weight * reward / cap
    shares[1] = 1.0 - shares[0]
    shares[2] = weight * (1.0 - reward) / cap
    shares[3] = (before + weight * (reward - before) + cap) / span
    shares[4] = 1.0 - shares[3]
    shares[5] = (doubly_robust + cap) / span
    shares[6] = 1.0 - shares[5]
    add_bets(wealth, shares)
    totals[COUNT] += 1.0
    totals[WEIGHTS] += weight
    totals[SQUARES] += weight * weight
    totals[REWARDS] += weight * reward
    totals[DOUBLY_ROBUST] += doubly_robust


@compiled
def learn_rows(totals: FloatArray, wealth: FloatArray, cap: float, numbers: FloatArray) -> None:
    """Add outcomes in order; `numbers` is len(NUMBERS) x n, as NUMBERS names its rows."""
    shares = np.empty(BETS, np.float64)
    for row in range(numbers.shape[1]):
        logged, target, reward = numbers[0, row], numbers[1, row], numbers[2, row]
        learn_row(totals, wealth, shares, cap, logged, target, reward, numbers[3, row], numbers[4, row])
