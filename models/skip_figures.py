"""How well skips were predicted: who is told from whom, in all and within a session, and how honestly."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.recollection import Float64s

BINS: Final = 15
"""Equal bins from 0 to 1 in which predicted chances are compared with what happened."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SkipFigures:
    """Figures over `plays` predictions.

    `auc` is the share of all pairs of a skip and a play in which the skip was given the higher chance, a tie
    counting half; `within_session_auc` the same over the pairs within sessions; `calibration_error` (ECE) the
    mean distance of predicted chance and share of skips in a bin, each bin counting by its plays.
    """

    plays: int
    auc: float
    within_session_auc: float
    calibration_error: float


class SkipMetrics:
    """Gathers predictions and what happened.

    >>> metrics = SkipMetrics()
    >>> for chance, skipped in ((0.9, True), (0.2, False), (0.1, True), (0.1, False)):
    ...     metrics.add(chance, skipped, session="first")
    >>> metrics.figures().auc
    0.625
    """

    def __init__(self) -> None:
        self._chances: list[float] = []
        self._skipped: list[bool] = []
        self._sessions: list[int] = []
        self._numbers: dict[Hashable, int] = {}

    def add(self, chance: float, skipped: bool, *, session: Hashable) -> None:
        """Note the chance of a skip that was predicted for a play, how it went, and its session."""
        self._chances.append(chance)
        self._skipped.append(skipped)
        self._sessions.append(self._numbers.setdefault(session, len(self._numbers)))

    def figures(self) -> SkipFigures:
        """The figures so far; 0 where there is no pair."""
        chances, skipped = np.array(self._chances), np.array(self._skipped, np.bool_)
        won, pairs = _count_pairs(chances, skipped)
        won_within, pairs_within = 0.0, 0
        sessions = np.array(self._sessions, np.int64)
        order = np.argsort(sessions, kind="stable")
        for one in np.split(order, np.cumsum(np.bincount(sessions))):
            won_here, pairs_here = _count_pairs(chances[one], skipped[one])
            won_within, pairs_within = won_within + won_here, pairs_within + pairs_here
        return SkipFigures(
            plays=len(chances),
            auc=won / max(1, pairs),
            within_session_auc=won_within / max(1, pairs_within),
            calibration_error=_calibration_error(chances, skipped),
        )


def _count_pairs(chances: Float64s, skipped: Bools) -> tuple[float, int]:
    """Pairs of a skip and a play in which the skip's chance is higher, a tie counting half; and all pairs."""
    skips, plays = chances[skipped], np.sort(chances[~skipped])
    below = np.searchsorted(plays, skips, side="left").sum()
    not_above = np.searchsorted(plays, skips, side="right").sum()
    return float(below + not_above) / 2.0, len(skips) * len(plays)


def _calibration_error(chances: Float64s, skipped: Bools) -> float:
    bins = np.minimum((chances * BINS).astype(np.int64), BINS - 1)
    expected = np.bincount(bins, weights=chances, minlength=BINS)
    happened = np.bincount(bins, weights=skipped, minlength=BINS)
    return float(np.abs(expected - happened).sum()) / max(1, len(chances))
