"""The live policy in the carousel: pooled arms, drawn place by place, so that every propensity is exact."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.arm_pooling import Floats
from models.arms import Int64s, PooledArms
from models.carousel.environment import SLOTS, Visits
from models.carousel.examination import Examination
from models.carousel.linear import name_playlists
from models.compiled import compiled
from models.sampling import NO_CAP, draw_row

NOISE: Final = 0.01
"""Variance of a click where one display in a hundred is clicked: what the pessimistic prior says, too."""
SPREAD: Final = 1e-3
"""Variance of a playlist's weights at first: deviations of three clicks in a hundred displays."""
OPTIMISM: Final = 0.35
"""Standard deviations by which a playlist is thought better than it is known to be."""
WIDTH: Final = 0.15
"""Temperature over the mean deviation of the best playlists: what is not known well is drawn more freely."""
COLDEST: Final = 3e-4
"""The temperature that remains when everything is known."""
FLOOR: Final = 0.01
"""The share of every place that takes no notice of scores, so that any playlist may be judged on the log."""
PASSES: Final = 4
"""Steps towards what all playlists share, after each batch."""


class Live:
    """Posterior means of pooled arms with some optimism, drawn by Plackett-Luce as the shelves at home are.

    `contexts` (float64, n x d) are those of all listeners. How often a place is looked at is learned, unless
    `counted` says to believe the displays that the environment counts.
    """

    def __init__(self, contexts: Floats, playlists: int, *, counted: bool = False) -> None:
        self.counted = counted
        self.arms = PooledArms(
            name_playlists(playlists), dimensions=contexts.shape[1], noise=NOISE, spread=SPREAD
        )
        self.examination = Examination()
        self._contexts = contexts

    def score(self, listeners: Int64s) -> tuple[Floats, Floats]:
        """Scores (float64, n x k) of all playlists for n listeners, and the temperatures (n) to draw at."""
        contexts = self._contexts[listeners]
        deviations = self.arms.deviations(contexts)
        scores = self.arms.means(contexts) + OPTIMISM * deviations
        best = np.argpartition(-scores, SLOTS, axis=1)[:, :SLOTS]
        width = np.take_along_axis(deviations, best, axis=1).mean(axis=1)
        return scores, COLDEST + WIDTH * width

    def draw(self, listeners: Int64s, random: np.random.Generator) -> tuple[Int64s, Floats]:
        """Slates (int64, n x SLOTS) and the probability of each place given those before it (float64)."""
        uniforms = random.random((len(listeners), SLOTS))
        return draw_slates(*self.score(listeners), uniforms)

    def choose(self, listeners: Int64s, random: np.random.Generator) -> Int64s:
        """Draw slates."""
        return self.draw(listeners, random)[0]

    def learn(self, visits: Visits) -> None:
        """Learn clicks, and every place by how often it is looked at; then what all playlists share."""
        contexts = self._contexts[visits.listeners]
        if self.counted:
            shown = np.arange(SLOTS) < visits.displayed[:, None]
            looks = shown.astype(np.float64)
        else:
            means = self.arms.weights().means[visits.slates]
            self.examination.learn(np.einsum("nd,nsd->ns", contexts, means), visits.clicks)
            looks = np.broadcast_to(self.examination.looks, visits.slates.shape)
        each = np.repeat(contexts, SLOTS, axis=0)
        playlists = visits.slates.ravel()
        self.arms.learn_impressions(playlists, each * np.sqrt(looks.reshape(-1, 1)))
        clicked = visits.clicks.ravel()
        self.arms.learn_rewards(playlists[clicked], each[clicked], np.ones(int(clicked.sum())))
        self.arms.pool(passes=PASSES)


@compiled
def draw_slates(scores: Floats, temperatures: Floats, uniforms: Floats) -> tuple[Int64s, Floats]:
    """Draw a slate for each of n listeners (n rows of scores, and of uniforms) by `draw_row`: no cap."""
    slates = np.empty(uniforms.shape, np.int64)
    propensities = np.empty(uniforms.shape, np.float64)
    alone = np.full(scores.shape[1], -1, np.int32)
    for nth in range(len(scores)):
        slates[nth], propensities[nth] = draw_row(
            scores[nth], alone, uniforms.shape[1], temperatures[nth], FLOOR, NO_CAP, uniforms[nth]
        )
    return slates, propensities
