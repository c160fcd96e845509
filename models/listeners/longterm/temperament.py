"""In what people differ: how they skip, how much novelty they want, how faithful they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from models.listeners.draws import Draws


@dataclass(frozen=True, slots=True)
class Temperament:
    """What stays with one listener.

    `patience` is the log-odds of not skipping a known item that they like as much as most; `novelty` the
    share of choices for which they want something new; `comfortable` the share of repeats above which they
    get bored; `faith` the log-odds of listening on the day after days as good as most.
    """

    patience: float
    novelty: float
    comfortable: float
    faith: float

    @classmethod
    def draw(cls, draws: Draws) -> Temperament:
        """Draw somebody; docs/simulator.md says where the ranges come from."""
        return cls(
            patience=-log_odds(0.10 + 0.24 * draws.uniform()),
            novelty=0.08 + 0.22 * draws.uniform(),
            comfortable=0.66 + 0.20 * draws.uniform(),
            faith=log_odds(0.80 + 0.18 * draws.uniform()),
        )


def log_odds(share: float) -> float:
    """Turn a share in (0, 1) into log-odds."""
    return log(share / (1.0 - share))


def chance(log_odds: float) -> float:
    """Turn log-odds into a probability.

    >>> chance(0.0)
    0.5
    """
    return 1.0 / (1.0 + exp(-log_odds))
