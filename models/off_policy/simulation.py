"""Logs whose truth is known: are the intervals right after every row, and how wide do they end.

A log of choices among 40 arms, as a home screen has them: each arm is clicked with a rate around .5 %, as in
the Open Bandit Dataset (log-normal, .5 of spread). Both policies are softmax over scores of their own, with
a fifth of all choices spread evenly: the logged one explores (scores spread by .5), the target is far surer
of itself (by 1.5) and knows the rates in part, so that it chooses other arms and earns more. Of a log some
28 % is left, as of Open Bandit's. The cap is the largest quotient of the two, known before the first row is.

The test is the hardest that there is: an interval counts as wrong if the truth lay outside after any row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.off_policy.bets import STAKES, FloatArray, log_wealth
from models.off_policy.estimator import MISS, Estimate, PolicyEstimator
from models.off_policy.learning import BETS, COUNT, REWARDS, Bet, learn_row

ARMS: Final = 40
CLICK_RATE: Final = 0.005
FLOOR: Final = 0.2
RATE_SPREAD: Final = 0.5
LOGGED_SPREAD: Final = 0.5
TARGET_SPREAD: Final = 1.5
PRIOR_ROWS: Final = 100.0
"""Rows of an arm that weigh as much as the mean of all arms, in the reward model of DR."""
FIRST_LOOK: Final = 1_000
"""Rows before which nobody trusts a normal approximation, with five clicks."""
NORMAL: Final = 1.959964
"""Half-width of a fixed-time interval of 95 %, in standard errors."""

IntArray = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """Click rates of arms (float64) and the probabilities with which two policies choose them."""

    click_rates: FloatArray
    logged: FloatArray
    target: FloatArray

    @property
    def truth(self) -> float:
        """What the target policy earns."""
        return float(self.click_rates @ self.target)

    @property
    def cap(self) -> float:
        """The largest weight that can occur."""
        return float((self.target / self.logged).max())


@dataclass(frozen=True, slots=True)
class Trial:
    """One log: the truth, what was estimated at its end, and which intervals ever missed the truth.

    `fixed_time` tells the same of the usual interval of 95 % for IPS (1.96 standard errors), looked at after
    every row from the thousandth on; `fixed_time_at_end` looks at it once.
    """

    truth: float
    cap: float
    estimate: Estimate
    ips_missed: bool
    snips_missed: bool
    dr_missed: bool
    fixed_time_missed: bool
    fixed_time_at_end_missed: bool


def draw_scenario(generator: np.random.Generator) -> Scenario:
    """Draw click rates and two policies."""
    known = generator.normal(0.0, RATE_SPREAD, ARMS)
    rates = CLICK_RATE * np.exp(known - RATE_SPREAD**2 / 2.0)
    logged = _softmax(generator.normal(0.0, LOGGED_SPREAD, ARMS))
    target = _softmax(generator.normal(0.0, TARGET_SPREAD, ARMS) + known)
    return Scenario(rates, logged, target)


def run_trial(scenario: Scenario, *, impressions: int, generator: np.random.Generator) -> Trial:
    """Log so many choices and their clicks, and look at all intervals after each."""
    edges = np.cumsum(scenario.logged)
    arms = np.searchsorted(edges / edges[-1], generator.random(impressions), side="right")
    clicked = generator.random(impressions) < scenario.click_rates[arms]
    estimator = PolicyEstimator(cap=scenario.cap)
    totals, wealth = estimator.state()
    truth = scenario.truth
    missed, fixed, at_end = _watch(
        totals, wealth, scenario.cap, truth, scenario.logged, scenario.target, arms, clicked
    )
    return Trial(
        truth=truth,
        cap=scenario.cap,
        estimate=estimator.estimate(),
        ips_missed=bool(missed[Bet.IPS] or missed[Bet.IPS_BELOW]),
        snips_missed=bool(missed[Bet.SNIPS] or missed[Bet.SNIPS_BELOW]),
        dr_missed=bool(missed[Bet.DR] or missed[Bet.DR_BELOW]),
        fixed_time_missed=fixed,
        fixed_time_at_end_missed=at_end,
    )


def _softmax(scores: FloatArray) -> FloatArray:
    strength = np.exp(scores - scores.max())
    chances: FloatArray = (1.0 - FLOOR) * strength / strength.sum() + FLOOR / len(scores)
    return chances


@compiled
def _watch(
    totals: FloatArray,
    wealth: FloatArray,
    cap: float,
    truth: float,
    logged: FloatArray,
    target: FloatArray,
    arms: IntArray,
    clicked: Bools,
) -> tuple[Bools, bool, bool]:
    """Learn a log row by row; which bets ever won more than they may from who knew the truth."""
    missed, fixed_missed, at_end = np.zeros(BETS, np.bool_), False, False
    shares, squares = np.empty(BETS, np.float64), 0.0
    held = _held(cap, truth)
    losses = np.log(1.0 + np.outer(held, STAKES))
    shown, clicks = np.zeros(len(logged), np.float64), np.zeros(len(logged), np.float64)
    predictions = np.zeros(len(logged), np.float64)
    for row in range(len(arms)):
        arm, reward = arms[row], 1.0 if clicked[row] else 0.0
        expected = 0.0
        for other in range(len(logged)):
            expected += target[other] * predictions[other]
        learn_row(totals, wealth, shares, cap, logged[arm], target[arm], reward, predictions[arm], expected)
        _look(wealth, totals[COUNT], held, losses, missed)
        squares += (min(target[arm] / logged[arm], cap) * reward) ** 2
        if row + 1 >= FIRST_LOOK:
            mean = totals[REWARDS] / totals[COUNT]
            error = math.sqrt((squares / totals[COUNT] - mean * mean) / totals[COUNT])
            at_end = abs(mean - truth) > NORMAL * error
            fixed_missed = fixed_missed or at_end
        shown[arm] += 1.0
        clicks[arm] += reward
        prior = (clicks.sum() + 1.0) / (row + 1.0 + 1.0 / CLICK_RATE)
        predictions[arm] = (clicks[arm] + PRIOR_ROWS * prior) / (shown[arm] + PRIOR_ROWS)
    return missed, fixed_missed, at_end


@compiled
def _held(cap: float, truth: float) -> FloatArray:
    """The true mean of each bet's series."""
    middle = (truth + cap) / (1.0 + 2.0 * cap)
    earned, lost = truth / cap, (1.0 - truth) / cap
    return np.array([earned, 1.0 - earned, lost, middle, 1.0 - middle, middle, 1.0 - middle])


@compiled
def _look(wealth: FloatArray, count: float, held: FloatArray, losses: FloatArray, missed: Bools) -> None:
    """Note the bets that have now won too much from who holds the truth, who loses `losses` a row."""
    lost = -math.log(MISS / 2.0)
    for bet in range(len(held)):
        # All money together won at most what the best stake won, which is found without logarithms.
        most = -np.inf
        for stake in range(len(STAKES)):
            most = max(most, wealth[bet, stake] - count * losses[bet, stake])
        if most > lost and log_wealth(wealth[bet], count, held[bet]) > lost:
            missed[bet] = True
