"""Linear Thompson sampling, the best that was known: every playlist learns by itself."""

from __future__ import annotations

import numpy as np

from models.arm_pooling import Floats
from models.arms import Int64s, PooledArms
from models.carousel.environment import Visits
from models.carousel.policies import best_slates


def name_playlists(playlists: int) -> list[str]:
    """Ids of so many playlists, which the data do not name."""
    return [f"playlist-{number}" for number in range(playlists)]


class LinearThompson:
    """A Bayesian linear regression a playlist; expectations are drawn from it (Agrawal and Goyal 2013).

    `contexts` (float64, n x d) are those of all listeners; deviations are taken `alpha` times.
    """

    def __init__(self, contexts: Floats, playlists: int, *, alpha: float) -> None:
        self.alpha = alpha
        self._contexts = contexts
        self._arms = PooledArms(
            name_playlists(playlists), dimensions=contexts.shape[1], noise=1.0, spread=1.0
        )

    def choose(self, listeners: Int64s, random: np.random.Generator) -> Int64s:
        """Draw what each playlist pays each listener, and choose the highest."""
        contexts = self._contexts[listeners]
        means, deviations = self._arms.means(contexts), self._arms.deviations(contexts)
        return best_slates(means + self.alpha * deviations * random.standard_normal(means.shape))

    def learn(self, visits: Visits) -> None:
        """Learn what was counted as displayed; playlists are never pooled."""
        listeners, playlists, clicked = visits.looked_at()
        contexts = self._contexts[listeners]
        self._arms.learn_impressions(playlists, contexts)
        self._arms.learn_rewards(playlists, contexts, clicked.astype(np.float64))
