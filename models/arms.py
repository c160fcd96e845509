"""Pooled Bayesian linear arms: what each arm is worth in a context, how certainly, whenever rewards arrive.

River's `linear_model.BayesianLinearRegression` is one such regression and its `bandit` package the arms, yet
neither carries this: a regression knows nothing of the other arms; context and reward must come together, so
that none can pay a week later; `smoothing` inverts a matrix an example; features pass through dictionaries.
Of the bandits `pull` returns one arm and no propensity, `ThompsonSampling` takes 1.2 ms with 862 arms, and
`LinUCBDisjoint(burn_in=...)` hands its `burn_in` to `reward_scaler` and fails; its bonus is fixed.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from models.arm_pooling import ArmPrior, ArmWeights, Evidence, posterior, repool
from models.compiled import compiled

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


class PooledArms:
    """Linear arms that learn from each other: global mean -> mean in a context -> the arm's own part.

    Rewards of an arm are linear in a context of `dimensions` numbers, one of them a constant 1, with `noise`
    as their variance. Its weights are drawn around those of all arms (what a segment or a taste pays on the
    whole), with a covariance that is estimated from all of them; before any evidence the weights are 0 with
    the variance `spread` each, which counts as much as `strength` arms. An impression and its reward are
    learned apart: a reward may arrive later, in parts, or never. State is (d + 1) d numbers an arm.

    >>> arms = PooledArms(["mornings", "on-repeat"], dimensions=1, noise=0.25, spread=1.0, strength=1.0)
    >>> always = np.ones((4, 1))
    >>> arms.learn_impressions(np.zeros(4, np.int64), always)
    >>> arms.learn_rewards(np.zeros(3, np.int64), always[:3], np.ones(3))
    >>> arms.means(always[:1]).round(3).tolist()
    [[0.706, 0.0]]
    >>> arms.pool(passes=8)
    >>> arms.means(always[:1]).round(3).tolist()
    [[0.721, 0.462]]
    """

    def __init__(
        self,
        ids: Iterable[str],
        *,
        dimensions: int,
        noise: float = 0.25,
        spread: float = 1.0,
        strength: float = 4.0,
    ) -> None:
        self.dimensions = dimensions
        self.noise = noise
        self.spread = spread
        self.strength = strength
        self._first = ArmPrior(np.zeros(dimensions), spread * np.eye(dimensions))
        self._prior = self._first
        self._numbers: dict[str, int] = {}
        self._evidence = Evidence(np.zeros((0, dimensions, dimensions)), np.zeros((0, dimensions)))
        self._weights: ArmWeights | None = None
        self.add_arms(ids)

    @property
    def ids(self) -> tuple[str, ...]:
        """The arms, in the order of their numbers."""
        return tuple(self._numbers)

    def number(self, arm: str) -> int:
        """The number of an arm, which the arrays below use. Raises KeyError where there is none."""
        return self._numbers[arm]

    def add_arms(self, ids: Iterable[str]) -> None:
        """Add the arms that are not there yet, each with the pooled prior as its posterior."""
        named = tuple(ids)
        if any(not arm or "\0" in arm for arm in named):
            raise ValueError(f"an id of {named!r} is empty or holds a zero")
        for arm in named:
            self._numbers.setdefault(arm, len(self._numbers))
        more = len(self._numbers) - len(self._evidence.response)
        d = self.dimensions
        self._evidence = Evidence(
            np.concatenate((self._evidence.precision, np.zeros((more, d, d)))),
            np.concatenate((self._evidence.response, np.zeros((more, d)))),
        )
        self._weights = None

    def learn_impressions(self, arms: Int64s, contexts: Floats) -> None:
        """Learn that n arms (int64, n) were seen in these contexts (float64, n x d): no reward so far.

        Raises:
            ValueError: a shape, an arm's number or a context is wrong; nothing was learned.
        """
        self._check(arms, contexts)
        _add_impressions(self._evidence.precision, arms, contexts)
        self._weights = None

    def learn_rewards(self, arms: Int64s, contexts: Floats, amounts: Floats) -> None:
        """Add amounts (float64, n) to what n impressions paid; contexts are those of the impressions.

        Raises:
            ValueError: a shape, an arm's number, a context or an amount is wrong; nothing was learned.
        """
        self._check(arms, contexts)
        if amounts.shape != arms.shape or not np.isfinite(amounts).all():
            raise ValueError("each reward is one finite number")
        np.add.at(self._evidence.response, arms, contexts * amounts[:, None])
        self._weights = None

    def forget(self, kept: float) -> None:
        """Let all evidence count `kept` (0 to 1) of what it did, so that what changed is followed."""
        if not 0.0 <= kept <= 1.0:
            raise ValueError(f"evidence cannot count {kept} of what it did")
        self._evidence = Evidence(self._evidence.precision * kept, self._evidence.response * kept)
        self._weights = None

    def pool(self, *, passes: int = 2) -> None:
        """Estimate again what all arms are like together, in so many steps from where it was left."""
        for _ in range(passes):
            self._prior = repool(
                self._evidence, self._prior, self._first, noise=self.noise, strength=self.strength
            )
        self._weights = None

    def means(self, contexts: Floats) -> Floats:
        """Expected reward (float64, n x k) of each arm in each of n contexts (float64, n x d)."""
        return self.weights().score(contexts)

    def deviations(self, contexts: Floats) -> Floats:
        """Posterior standard deviation (float64, n x k) of that expectation."""
        return self.weights().deviate(contexts)

    def weights(self) -> ArmWeights:
        """Export the posterior of all arms, for scoring elsewhere."""
        if self._weights is None:
            means, covariances = posterior(self._evidence, self._prior, noise=self.noise)
            self._weights = ArmWeights(self.ids, means, covariances)
        return self._weights

    def clone(self) -> PooledArms:
        """Make arms of the same ids and hyper-parameters that have learned nothing."""
        return PooledArms(
            self.ids,
            dimensions=self.dimensions,
            noise=self.noise,
            spread=self.spread,
            strength=self.strength,
        )

    def _check(self, arms: Int64s, contexts: Floats) -> None:
        if contexts.shape != (len(arms), self.dimensions):
            raise ValueError(f"contexts of {contexts.shape} for {len(arms)} arms of {self.dimensions}")
        if len(arms) and not 0 <= arms.min() <= arms.max() < len(self._numbers):
            raise ValueError("there is no such arm")
        if not np.isfinite(contexts).all():
            raise ValueError("a context is not finite: the arm would never recover")

    @property
    def learned(self) -> tuple[ArmPrior, Evidence]:
        """What there is to write down: the prior that all arms share, and the evidence of each."""
        return self._prior, self._evidence

    def restore(self, prior: ArmPrior, evidence: Evidence) -> None:
        """Go on from what was written down, for arms of the same ids and dimensions."""
        self._prior = prior
        self._evidence = evidence
        self._weights = None


@compiled
def _add_impressions(precision: Floats, arms: Int64s, contexts: Floats) -> None:
    """Add x xᵀ to the precision of each arm that was seen."""
    dimensions = contexts.shape[1]
    for nth in range(len(arms)):
        sums, context = precision[arms[nth]], contexts[nth]
        for row in range(dimensions):
            for column in range(dimensions):
                sums[row, column] += context[row] * context[column]
