"""Confidence sequences by betting: how much money a mean would have to lose, in constant memory.

Somebody who holds that a mean is at most m must accept bets on every row at fair odds. Whoever bets the
share θ / (1 + θ m) of all money on the next row being higher has, after n rows x_1 … x_n, multiplied it by
∏ (1 + θ x_i) / (1 + θ m)ⁿ. By Ville's inequality that ever exceeds 1 / miss with a chance of at most `miss`
if the mean is at most m. The numerator does not depend on m: its logarithm is kept for each of a few stakes
θ, the money is spread over them beforehand, and the lower bound is the smallest mean that has not lost too
much. That holds at all times at once, so anybody may look after every row. Nothing else is assumed: if means
drift, or depend on the past, m is their average so far, because log(1 + θ m) is concave in m.

Source: Waudby-Smith and Ramdas 2024 (betting); Robbins 1970, Howard et al. 2021 (mixtures).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

FloatArray = npt.NDArray[np.float64]

DOUBLINGS: Final = np.arange(-7.0, 6.0)
STAKES: Final[FloatArray] = 2.0**DOUBLINGS
"""The θ of the bets: small ones pay after millions of rows, large ones after hundreds."""
_PRIOR: Final[FloatArray] = 1.0 / (1.0 + ((DOUBLINGS - 1.0) / 3.0) ** 2)
LOG_MONEY: Final[FloatArray] = np.log(_PRIOR / _PRIOR.sum())
"""Logarithm of the money on each: most where a few clicks a thousand rows need it, after 10⁴ to 10⁶ rows."""
HALVINGS: Final = 60
"""Of the range from 0 to 1, until a bound is as exact as a float64."""


@compiled
def add_bets(wealth: FloatArray, shares: FloatArray) -> None:
    """Bet on one row: `wealth` (s x STAKES) gains log(1 + θ x) for each x of `shares` (s, in [0, 1])."""
    for series in range(len(shares)):
        # Most rewards are zeros, on which nothing is won.
        if shares[series] != 0.0:
            for stake in range(len(STAKES)):
                wealth[series, stake] += math.log(1.0 + STAKES[stake] * shares[series])


@compiled
def log_wealth(wealth: FloatArray, count: float, mean: float) -> float:
    """Logarithm of the money won from somebody who held, `count` rows long, that a mean is at most `mean`.

    >>> once = np.zeros((1, len(STAKES)))
    >>> add_bets(once, np.array([1.0]))
    >>> round(log_wealth(once[0], 1.0, 1.0), 9)
    0.0
    """
    most = -np.inf
    logs = np.empty(len(STAKES), np.float64)
    for stake in range(len(STAKES)):
        logs[stake] = LOG_MONEY[stake] + wealth[stake] - count * math.log(1.0 + STAKES[stake] * mean)
        most = max(most, logs[stake])
    total = 0.0
    for stake in range(len(STAKES)):
        total += math.exp(logs[stake] - most)
    return most + math.log(total)


@compiled
def lower_bound(wealth: FloatArray, count: float, miss: float) -> float:
    """The smallest mean in [0, 1] that lost no more than 1 / `miss` times the money; 0 before the first row.

    With a chance of at least 1 - `miss` the mean is never below it, at whatever row one looks.
    """
    lost = -math.log(miss)
    low, high = 0.0, 1.0
    if log_wealth(wealth, count, low) <= lost:
        return 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if log_wealth(wealth, count, middle) > lost:
            low = middle
        else:
            high = middle
    return low
