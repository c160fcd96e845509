"""The carousel: who clicks what of twelve playlists, how far they look, and what was missed.

Two defects of the released simulator are not repeated. It counts all twelve playlists as displayed where
nobody clicked, because it takes the length of a tuple for the number of clicks. And it shuffles the first
three rows of a batch, which gives listeners each other's slates, where it means the first three places: those
are always displayed, so that their order changes nothing, and here it stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.arm_pooling import Floats
from models.arms import Int64s
from models.carousel.population import Population
from models.sampling import Bools

SLOTS: Final = 12
VISIBLE: Final = 3
"""Playlists on the screen before a listener swipes."""


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """What n listeners (int64, n) did with their slates (int64, n x SLOTS).

    `displayed` (int64, n) tells how many of the first places were looked at; `clicks` (bool, n x SLOTS) lie
    within them.
    """

    listeners: Int64s
    slates: Int64s
    displayed: Int64s
    clicks: Bools

    def looked_at(self) -> tuple[Int64s, Int64s, Bools]:
        """Listener, playlist and click (each of length m) of every place that was looked at."""
        seen = np.arange(self.slates.shape[1]) < self.displayed[:, None]
        listeners = np.broadcast_to(self.listeners[:, None], self.slates.shape)
        return listeners[seen], self.slates[seen], self.clicks[seen]


class Carousel:
    """Listeners whose chance of clicking a playlist is the logistic function of features times its weights.

    `weights` (float64, k x (d + 1)) of k playlists end with the intercept.
    """

    def __init__(self, population: Population, weights: Floats) -> None:
        self.population = population
        logits = population.features @ weights[:, :-1].T + weights[:, -1]
        self.chances: Floats = 1.0 / (1.0 + np.exp(-logits))
        """Chance of a click (float64, n x k)."""
        best = np.partition(self.chances, -SLOTS, axis=1)[:, -SLOTS:]
        self._best: Floats = best.sum(axis=1)

    @property
    def playlists(self) -> int:
        """How many playlists there are."""
        return int(self.chances.shape[1])

    def visit(self, listeners: Int64s, slates: Int64s, uniforms: Floats) -> Visits:
        """Let listeners look at their slates; `uniforms` (float64, n x SLOTS) decide on the clicks.

        Without a click a listener saw the first three places, else those to the last click, at least three.
        """
        clicks = uniforms < self.chances[listeners[:, None], slates]
        last = np.where(clicks, np.arange(1, slates.shape[1] + 1), 0).max(axis=1)
        return Visits(listeners, slates, np.maximum(last, VISIBLE), clicks)

    def regret(self, listeners: Int64s, slates: Int64s) -> Floats:
        """Clicks to be expected of the best slate less those of the one that was shown (float64, n)."""
        missed: Floats = self._best[listeners] - self.chances[listeners[:, None], slates].sum(axis=1)
        return missed
