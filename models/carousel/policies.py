"""Policies of the paper, for segments of listeners: what they count, and how they choose."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from models.arm_pooling import Floats
from models.arms import Int64s
from models.carousel.environment import SLOTS, Visits

HALVINGS: Final = 30
"""Bisections of [0, 1]: past one in a billion."""


class Policy(Protocol):
    """Chooses slates for a batch of listeners, then learns what they did."""

    def choose(self, listeners: Int64s, random: np.random.Generator) -> Int64s:
        """Slates (int64, n x SLOTS) for n listeners (int64, n), the best place first."""

    def learn(self, visits: Visits) -> None:
        """Learn a batch of visits."""


def best_slates(scores: Floats) -> Int64s:
    """The SLOTS playlists of the highest scores (float64, n x k) for each listener, the highest first."""
    found = np.argpartition(-scores, SLOTS, axis=1)[:, :SLOTS]
    order = np.argsort(-np.take_along_axis(scores, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


class Random:
    """Any playlists, all alike."""

    def __init__(self, playlists: int) -> None:
        self._playlists = playlists

    def choose(self, listeners: Int64s, random: np.random.Generator) -> Int64s:
        """Draw slates evenly."""
        return best_slates(random.random((len(listeners), self._playlists)))

    def learn(self, visits: Visits) -> None:
        """Nothing is learned."""


class SegmentCounts:
    """Displays and clicks (float64, segments x k) of each playlist in each segment."""

    def __init__(self, segments: Int64s, playlists: int) -> None:
        self.segments = segments
        shape = (int(segments.max()) + 1, playlists)
        self.displays: Floats = np.zeros(shape)
        self.clicks: Floats = np.zeros(shape)

    def learn(self, visits: Visits) -> None:
        """Count what was looked at, and clicked."""
        listeners, playlists, clicked = visits.looked_at()
        cells = self.segments[listeners], playlists
        np.add.at(self.displays, cells, 1.0)
        np.add.at(self.clicks, cells, clicked.astype(np.float64))

    def rates(self, *, unseen: float) -> Floats:
        """Share of displays that were clicked, `unseen` where there was none."""
        rates = np.full(self.displays.shape, unseen)
        np.divide(self.clicks, self.displays, out=rates, where=self.displays > 0.0)
        return rates


class EpsilonGreedy(SegmentCounts):
    """The best rates of a segment, or with the chance `epsilon` any slate; what nobody saw comes first."""

    def __init__(self, segments: Int64s, playlists: int, *, epsilon: float = 0.1) -> None:
        super().__init__(segments, playlists)
        self.epsilon = epsilon

    def choose(self, listeners: Int64s, random: np.random.Generator) -> Int64s:
        """Exploit for most listeners, explore for the others; ties are drawn."""
        greedy = random.random(len(listeners)) >= self.epsilon
        scores = self.rates(unseen=1.0)[self.segments[listeners]] * greedy[:, None]
        return best_slates(_untied(scores, random))


class ExploreThenCommit(SegmentCounts):
    """What a segment saw fewer than `least` times comes first, then the best rates (`etc-seg`)."""

    def __init__(self, segments: Int64s, playlists: int, *, least: int = 20) -> None:
        super().__init__(segments, playlists)
        self.least = least

    def choose(self, listeners: Int64s, random: np.random.Generator) -> Int64s:
        """Explore what lacks displays the most, and commit where nothing does."""
        lacking = np.maximum(self.least - self.displays, 0.0)
        return best_slates(_untied((lacking + self.rates(unseen=0.0))[self.segments[listeners]], random))


class KullbackLeiblerBounds(SegmentCounts):
    """Upper confidence bounds of the rates of a segment (KL-UCB, Garivier and Cappé 2011)."""

    def choose(self, listeners: Int64s, random: np.random.Generator) -> Int64s:
        """Choose the highest bounds; ties are drawn."""
        return best_slates(_untied(self.bounds()[self.segments[listeners]], random))

    def bounds(self) -> Floats:
        """The highest rate of a playlist in a segment that its displays allow; 1 where there were none."""
        rates = self.rates(unseen=0.0)
        allowed = np.log(max(1.0, self.displays.sum())) / np.maximum(self.displays, 1e-9)
        low, high = rates.copy(), np.ones(rates.shape)
        for _ in range(HALVINGS):
            middle = (low + high) / 2.0
            above = _divergence(rates, middle) > allowed
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return np.where(self.displays > 0.0, high, 1.0)


class Thompson(SegmentCounts):
    """Rates of a segment drawn from their posterior, with the prior Beta(`prior_clicks`, `prior_misses`)."""

    def __init__(self, segments: Int64s, playlists: int, *, prior_clicks: float, prior_misses: float) -> None:
        super().__init__(segments, playlists)
        self.prior_clicks = prior_clicks
        self.prior_misses = prior_misses

    def choose(self, listeners: Int64s, random: np.random.Generator) -> Int64s:
        """Draw for each listener anew, and choose the highest rates."""
        clicked = self.prior_clicks + self.clicks
        missed = self.prior_misses + self.displays - self.clicks
        segments = self.segments[listeners]
        return best_slates(random.beta(clicked[segments], missed[segments]))


def _divergence(rate: Floats, other: Floats) -> Floats:
    """Of two Bernoulli distributions, as Kullback and Leibler measure it."""
    p, q = np.clip(rate, 1e-15, 1.0 - 1e-15), np.clip(other, 1e-15, 1.0 - 1e-15)
    return np.asarray(p * np.log(p / q) + (1.0 - p) * np.log((1.0 - p) / (1.0 - q)))


def _untied(scores: Floats, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Scores with ties broken by lot: rates of counts differ by far more than a billionth of one another."""
    return scores + 1e-9 * random.random(scores.shape)
