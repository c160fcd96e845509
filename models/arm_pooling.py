"""Arms pooled: what all arms are like together, and with it what each one is like, from sums of evidence.

A hierarchical Gaussian model (Lindley and Smith 1972): the weights of an arm are drawn around the mean of all
arms, with a covariance that all arms share; rewards are linear in the context, plus noise. So an arm without
evidence is the mean of all, and one with little is moved along the directions in which arms do differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What k arms were shown and paid, over contexts x of d dimensions.

    `precision` (float64, k x d x d) sums x xᵀ over impressions, `response` (float64, k x d) x times reward.
    """

    precision: Floats
    response: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ArmPrior:
    """How the weights of any arm are distributed: their mean (float64, d) and covariance (float64, d x d)."""

    mean: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ArmWeights:
    """The posterior of k arms, to score with by plain products.

    `means` (float64, k x d) and `covariances` (float64, k x d x d) are those of the weights of each arm.

    >>> weights = ArmWeights(("a",), np.array([[1.0, 2.0]]), np.eye(2)[None])
    >>> weights.score(np.array([[3.0, 4.0]])).tolist(), weights.deviate(np.array([[3.0, 4.0]])).tolist()
    ([[11.0]], [[5.0]])
    """

    ids: tuple[str, ...]
    means: Floats
    covariances: Floats
    _squares: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows, columns = pairs(self.means.shape[1])
        squares = self.covariances[:, rows, columns].T * np.where(rows == columns, 1.0, 2.0)[:, None]
        object.__setattr__(self, "_squares", np.ascontiguousarray(squares))

    def score(self, contexts: Floats) -> Floats:
        """Expected reward (float64, n x k) of each arm in each of n contexts (float64, n x d)."""
        return contexts @ self.means.T

    def deviate(self, contexts: Floats) -> Floats:
        """Standard deviation of that expectation (float64, n x k): what more evidence would take away."""
        rows, columns = pairs(contexts.shape[1])
        # xᵀCx over all contexts and arms is one product of matrices, each pair of dimensions taken once.
        return np.sqrt(np.maximum((contexts[:, rows] * contexts[:, columns]) @ self._squares, 0.0))


@cache
def pairs(dimensions: int) -> tuple[Indices, Indices]:
    """Rows and columns (int64) of the lower half of a symmetric matrix, which says all of it."""
    rows, columns = np.tril_indices(dimensions)
    return rows, columns


def posterior(evidence: Evidence, prior: ArmPrior, *, noise: float) -> tuple[Floats, Floats]:
    """Means (float64, k x d) and covariances (float64, k x d x d) of the weights of all arms.

    `noise` is the variance of a reward around its expectation.

    Solved in the coordinates in which the prior is a unit ball: there every matrix that is inverted has
    eigenvalues of 1 or more, however flat the prior and however little the evidence.
    """
    root = np.linalg.cholesky(prior.covariance)
    sharpened = root.T @ evidence.precision @ root / noise + np.eye(len(root))
    inverse = np.linalg.inv(sharpened)
    surprise = evidence.response - evidence.precision @ prior.mean
    moved = inverse @ (surprise @ root / noise)[:, :, None]
    covariances = root @ inverse @ root.T
    means = prior.mean + moved[:, :, 0] @ root.T
    return means, (covariances + covariances.transpose(0, 2, 1)) / 2.0


def repool(
    evidence: Evidence, prior: ArmPrior, first: ArmPrior, *, noise: float, strength: float
) -> ArmPrior:
    """One step of expectation-maximization (Dempster et al. 1977) towards the prior that all arms support.

    Arms that were never shown say nothing. The `first` prior is that of the mean, too; as a covariance it
    counts as much as `strength` arms, so that a handful of arms cannot make each other certain.
    """
    seen = evidence.precision.any(axis=(1, 2))
    if not seen.any():
        return first
    shown = Evidence(evidence.precision[seen], evidence.response[seen])
    means, covariances = posterior(shown, prior, noise=noise)
    arms = len(means)
    drawn_back = arms * np.eye(len(prior.mean)) + np.linalg.solve(first.covariance, prior.covariance).T
    mean = first.mean + np.linalg.solve(drawn_back, (means - first.mean).sum(axis=0))
    apart = means - mean
    scatter = covariances.sum(axis=0) + apart.T @ apart + strength * first.covariance
    return ArmPrior(mean, (scatter + scatter.T) / (2.0 * (arms + strength)))
