"""Two policies that logged their own choices: what the first log says of the second policy.

The policies choose an item for a position and take no notice of who looks, as both of the Open Bandit
Dataset do; so the second one's propensities are learned from its log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.off_policy.bets import FloatArray
from models.off_policy.outcomes import OUTCOME, OutcomeRows

PRIOR_ROWS: Final = 100.0
"""Rows that weigh as much as what is known of the item elsewhere, and of all items."""

IntArray = npt.NDArray[np.int64]


class Unsupported(ValueError):
    """The target's log says nothing about choices of the log; the message says which."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Logged choices in order of time: item and position (int64, from 0), propensity and reward (float64)."""

    items: IntArray
    positions: IntArray
    propensities: FloatArray
    rewards: FloatArray


def average_propensities(choices: Choices, *, items: int, positions: int) -> FloatArray:
    """Average the propensity of each item in each position (positions x items, rows add up to 1 or 0).

    Propensities move while a policy learns. A log holds those of an item as often as the item was chosen,
    so their average over time is the harmonic mean of those in the log; the arithmetic one is too high.
    """
    cells = choices.positions * items + choices.items
    size = items * positions
    shown = np.bincount(cells, minlength=size).astype(np.float64)
    inverse = np.bincount(cells, weights=1.0 / choices.propensities, minlength=size)
    average = np.divide(shown, inverse, out=np.zeros(size), where=shown > 0).reshape(positions, items)
    sums = average.sum(axis=1, keepdims=True)
    shares: FloatArray = np.divide(average, sums, out=average, where=sums > 0)
    return shares


def target_outcomes(log: Choices, target: Choices) -> tuple[OutcomeRows, float]:
    """Say of each choice of `log` what the policy behind `target` would have thought of it.

    Returns rows of dtype `OUTCOME`, and a bound on importance weights that no reward has a part in: the
    target's largest propensity over the log's smallest. The reward model predicts a row before it learns it.

    Raises:
        Unsupported: a position of the log does not occur in the target's log.
    """
    items = 1 + int(max(log.items.max(), target.items.max()))
    positions = 1 + int(max(log.positions.max(), target.positions.max()))
    propensities = average_propensities(target, items=items, positions=positions)
    strange = np.flatnonzero(propensities[log.positions].sum(axis=1) == 0)
    if len(strange):
        raise Unsupported(f"position {log.positions[strange[0]]} of the log")
    rows = np.zeros(len(log.items), OUTCOME)
    rows["offset"] = np.arange(len(rows))
    rows["logged"], rows["reward"] = log.propensities, log.rewards
    rows["target"] = propensities[log.positions, log.items]
    model = PooledRewards(items=items, positions=positions)
    for row, (item, position, reward) in enumerate(zip(log.items, log.positions, log.rewards, strict=True)):
        predictions = model.predict(position)
        rows["predicted"][row] = predictions[item]
        rows["expected"][row] = min(1.0, predictions @ propensities[position])
        model.learn_one(item, position, reward)
    return rows, max(1.0, float(propensities.max() / log.propensities.min()))


class PooledRewards:
    """Mean reward of each item in each position, pooled with the item's in all, and with that of all items.

    Each is a mean with a beta prior of `PRIOR_ROWS` rows around the next wider one; 0 before the first row.

    >>> model = PooledRewards(items=2, positions=1)
    >>> model.learn_one(0, 0, 1.0)
    >>> [round(float(reward), 4) for reward in model.predict(0)]
    [1.0, 1.0]
    """

    def __init__(self, *, items: int, positions: int) -> None:
        self._shown = np.zeros((positions, items))
        self._rewards = np.zeros((positions, items))

    def predict(self, position: int) -> FloatArray:
        """Predict the reward of every item in a position."""
        of_all = self._rewards.sum() / max(1.0, self._shown.sum())
        of_item = _pool(self._rewards.sum(axis=0), self._shown.sum(axis=0), of_all)
        return _pool(self._rewards[position], self._shown[position], of_item)

    def learn_one(self, item: int, position: int, reward: float) -> None:
        """Learn the reward of an item that was shown in a position."""
        self._shown[position, item] += 1.0
        self._rewards[position, item] += reward


def _pool(rewards: FloatArray, shown: FloatArray, prior: FloatArray | float) -> FloatArray:
    pooled: FloatArray = (rewards + PRIOR_ROWS * prior) / (shown + PRIOR_ROWS)
    return pooled
